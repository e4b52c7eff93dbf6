/* Tables and trees. */
#include "cli/table.h"

#include <libsmartcols.h>
#include <locale.h>
#include <unistd.h>

struct table {
	struct libscols_table *scols;
	int error; /* the first one, negative */
};

static void note(struct table *t, int result)
{
	if (result < 0 && t->error == 0)
		t->error = result;
}

struct table *table_new(const struct table_column *columns, bool ascii)
{
	static const int flags[] = { [TABLE_RIGHT] = SCOLS_FL_RIGHT, [TABLE_TREE] = SCOLS_FL_TREE };
	struct table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	/* The environment was cleared; names are UTF-8, whatever the operator's language. */
	(void)setlocale(LC_CTYPE, "C.UTF-8"); /* without it bytes above 127 are escaped */
	scols_init_debug(0);
	t->scols = scols_new_table();
	if (!t->scols) {
		free(t);
		return NULL;
	}
	note(t, scols_table_enable_ascii(t->scols, ascii));
	note(t, scols_table_enable_colors(t->scols, isatty(STDOUT_FILENO)));
	note(t, scols_table_set_termforce(t->scols, SCOLS_TERMFORCE_NEVER)); /* nothing is cut */
	for (; columns->name; columns++)
		if (!scols_table_new_column(t->scols, columns->name, 0, flags[columns->kind]))
			note(t, -ENOMEM);
	return t;
}

void table_free(struct table **t)
{
	if (*t)
		scols_unref_table((*t)->scols);
	free(*t);
	*t = NULL;
}

struct table_row *table_add(struct table *t, struct table_row *parent)
{
	struct libscols_line *line = scols_table_new_line(t->scols, (struct libscols_line *)parent);

	note(t, line ? 0 : -ENOMEM);
	return (struct table_row *)line;
}

void table_set(struct table *t, struct table_row *row, unsigned column, const char *text,
	       enum table_color color)
{
	static const char *const colors[] = { NULL, "green", "yellow", "red" };
	struct libscols_cell *cell =
		row ? scols_line_get_cell((struct libscols_line *)row, column) : NULL;

	note(t, cell ? scols_cell_set_data(cell, text) : -ENOMEM);
	if (cell && colors[color])
		note(t, scols_cell_set_color(cell, colors[color]));
}

int table_print(struct table *t, struct err *e)
{
	if (t->error == 0)
		note(t, scols_print_table(t->scols));
	if (t->error == -ENOMEM)
		return err_nomem(e);
	return t->error < 0 ? err_sys(e, -t->error, "print a table") : 0;
}
