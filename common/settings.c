/* Settings from INI files and options of the same names, by one table. */
#include "common/settings.h"

#include <fcntl.h>
#include <ini.h>
#include <string.h>

#include "common/at.h"
#include "common/io.h"
#include "common/str.h"

enum { SETTINGS_FILE_MAX = 1 << 20, LINE_MAX_LENGTH = 198 };

static void *field(const struct setting *s, void *settings)
{
	return (char *)settings + s->offset;
}

static int set_text(char **target, char *text, struct err *e)
{
	if (!text)
		return err_nomem(e);
	free(*target);
	*target = text;
	return 0;
}

static int set_words(const struct setting *s, char **target, const char *value, struct err *e)
{
	for (const char *p = value; *(p += strspn(p, " ")); p += strcspn(p, " "))
		if (str_place_in_words(s->values, p, strcspn(p, " ")) < 0)
			return err_set(e, EX_CONFIG, EINVAL, "%s: '%.*s' is not one of: %s", s->key,
				       (int)strcspn(p, " "), p, s->values);
	return set_text(target, strdup(value), e);
}

static int set_number(const struct setting *s, unsigned *target, const char *value, struct err *e)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long number = strtoul(value, NULL, 10);

	if (digits == 0 || value[digits] || digits > 10 || number > s->max)
		return err_set(e, EX_CONFIG, EINVAL, "%s: '%s' is not a number from 0 to %u",
			       s->key, value, s->max);
	*target = (unsigned)number;
	return 0;
}

/* Whether text is one of the words, or begins as one that ends with '/' does and goes on with an
 * absolute path. Text whose default is empty may be empty. */
static bool is_accepted(const struct setting *s, const char *value)
{
	size_t length;

	if (!s->values || (value[0] == '\0' && s->initial[0] == '\0'))
		return true;
	for (const char *word = s->values; *word; word += length + (word[length] == ' ')) {
		length = strcspn(word, " ");
		if (word[length - 1] == '/'
			    ? strncmp(word, value, length) == 0
			    : strncmp(word, value, length) == 0 && value[length] == '\0')
			return true;
	}
	return false;
}

static int set_value(const struct setting *s, void *settings, const char *value, struct err *e)
{
	int place;

	switch (s->type) {
	case SETTING_CHOICE:
		place = str_place_in_words(s->values, value, strlen(value));
		if (place < 0)
			return err_set(e, EX_CONFIG, EINVAL, "%s: '%s' is not one of: %s", s->key,
				       value, s->values);
		*(int *)field(s, settings) = place;
		return 0;
	case SETTING_WORDS:
		return set_words(s, field(s, settings), value, e);
	case SETTING_NUMBER:
		return set_number(s, field(s, settings), value, e);
	case SETTING_TEXT:
		for (const char *p = value; *p; p++)
			if ((unsigned char)*p < 0x20 || *p == 0x7f)
				return err_set(e, EX_CONFIG, EINVAL, "%s: '%s' has a control byte",
					       s->key, value);
		if (!is_accepted(s, value))
			return err_set(e, EX_CONFIG, EINVAL,
				       "%s: '%s' is not one of: %sabsolute/path", s->key, value,
				       s->values);
		return set_text(field(s, settings),
				s->values && value[0] == '/' ? path_clean(value) : strdup(value),
				e);
	}
	return err_set(e, EX_SOFTWARE, EINVAL, "%s: unknown type", s->key);
}

int settings_init(const struct setting *table, void *ret, struct err *e)
{
	for (const struct setting *s = table; s->key; s++)
		if (s->type != SETTING_CHOICE &&
		    set_value(s, ret, s->initial ? s->initial : "", e) < 0)
			return -e->error;
	return 0;
}

void settings_free(const struct setting *table, void *settings)
{
	for (const struct setting *s = table; s->key; s++) {
		if (s->type != SETTING_WORDS && s->type != SETTING_TEXT)
			continue;
		free(*(char **)field(s, settings));
		*(char **)field(s, settings) = NULL;
	}
}

int settings_set(const struct setting *table, void *settings, const char *key, const char *value,
		 struct err *e)
{
	char known[512] = "";

	for (const struct setting *s = table; s->key; s++)
		if (str_equal(s->key, key))
			return set_value(s, settings, value, e);
	for (const struct setting *s = table; s->key; s++) {
		(void)strncat(known, known[0] ? " " : "", sizeof(known) - strlen(known) - 1);
		(void)strncat(known, s->key, sizeof(known) - strlen(known) - 1);
	}
	return err_set(e, EX_CONFIG, EINVAL, "unknown setting '%s'; known are: %s", key, known);
}

struct reading {
	const struct setting *table;
	void *settings;
	struct err *e;
	bool taken;
};

/* inih's convention: 0 is an error. */
static int take_line(void *data, const char *section, const char *key, const char *value)
{
	struct reading *r = data;

	(void)section; /* read_line() has refused them */
	r->taken = true;
	return settings_set(r->table, r->settings, key, value, r->e) == 0;
}

/* inih reads a long line as two, and a line that begins with a blank as more of the value before
 * it. So it is given one line at a time, and none that it would misread. */
static int read_line(struct reading *r, char *line)
{
	size_t blanks = strspn(line, " \t\r");

	if (line[blanks] == '\0' || line[blanks] == '#' || line[blanks] == ';')
		return 0;
	if (blanks > 0)
		return err_set(r->e, EX_CONFIG, EINVAL, "a line may not begin with a blank");
	if (line[0] == '[')
		return err_set(r->e, EX_CONFIG, EINVAL, "section '%s': there are none", line);
	if (strlen(line) > LINE_MAX_LENGTH)
		return err_set(r->e, EX_CONFIG, EINVAL, "a line of more than %d bytes",
			       LINE_MAX_LENGTH);
	r->taken = false;
	if (ini_parse_string(line, take_line, r) != 0 || !r->taken)
		return r->e->exit_code ? -r->e->error
				       : err_set(r->e, EX_CONFIG, EINVAL, "not 'key = value'");
	return 0;
}

int settings_read(const struct setting *table, void *settings, const char *path, bool required,
		  struct err *e)
{
	struct reading r = { .table = table, .settings = settings, .e = e };
	cleanup_free char *text = NULL;
	char *rest, *line;
	struct stat st;
	size_t length;
	cleanup_fd int fd = at_open_regular(AT_FDCWD, path, &st, e);

	if (fd == -ENOENT && !required) {
		*e = (struct err){ 0 };
		return 0;
	}
	if (fd < 0) {
		if (e->exit_code == EX_OSERR && !err_is_transient(e->error))
			e->exit_code = EX_CONFIG;
		return fd;
	}
	if (at_check_host_owner(&st, path, e) < 0)
		return -e->error;
	if (io_read_all(fd, SETTINGS_FILE_MAX, &text, &length, e) < 0) {
		if (!err_is_transient(e->error))
			e->exit_code = EX_CONFIG;
		return err_wrap(e, "%s", path);
	}
	if (strlen(text) != length)
		return err_set(e, EX_CONFIG, EINVAL, "%s: it has a NUL byte", path);
	rest = text;
	for (unsigned number = 1; (line = strsep(&rest, "\n")); number++)
		if (read_line(&r, line) < 0)
			return err_wrap(e, "%s:%u", path, number);
	return 0;
}

/* Of a key, in the option of that name. */
static char option_letter(char c)
{
	return c == '_' ? '-' : c;
}

/* Whether the argument is the setting's option, alone or with '=' and a value: how long its name
 * is; 0: it is not. */
static size_t option_length(const struct setting *s, const char *argument)
{
	size_t n = 0;

	if (strncmp(argument, "--", 2) != 0)
		return 0;
	for (argument += 2; s->key[n] && argument[n] == option_letter(s->key[n]); n++)
		;
	return s->key[n] == '\0' && (argument[n] == '\0' || argument[n] == '=') ? n + 2 : 0;
}

int settings_option(const struct setting *table, void *settings, int argc, char **argv, int *index,
		    struct err *e)
{
	const char *argument = argv[*index], *value;

	for (const struct setting *s = table; s->key; s++) {
		size_t length = option_length(s, argument);

		if (length == 0)
			continue;
		value = argument[length]    ? argument + length + 1
			: *index + 1 < argc ? argv[*index + 1]
					    : NULL;
		if (!value)
			return err_set(e, EX_USAGE, EINVAL, "option '%s' needs a value", argument);
		if (set_value(s, settings, value, e) < 0) {
			if (!err_is_transient(e->error))
				e->exit_code = EX_USAGE;
			return err_wrap(e, "option '%.*s'", (int)length, argument);
		}
		*index += argument[length] ? 1 : 2;
		return 1;
	}
	return 0;
}

static void option_name(const struct setting *s, char *ret, size_t size)
{
	(void)snprintf(ret, size, "--%s", s->key); /* keys are short */
	for (char *p = ret; *p; p++)
		*p = option_letter(*p);
}

void settings_print_help(const struct setting *table, FILE *out)
{
	for (const struct setting *s = table; s->key; s++) {
		char name[64];

		option_name(s, name, sizeof(name));
		if (s->type == SETTING_CHOICE || s->type == SETTING_WORDS)
			fprintf(out, "  %-22s %s: %s\n", name, s->help, s->values);
		else
			fprintf(out, "  %-22s %s\n", name, s->help);
		if (s->type != SETTING_CHOICE && s->initial && s->initial[0])
			fprintf(out, "  %-22s (default: %s)\n", "", s->initial);
	}
}
