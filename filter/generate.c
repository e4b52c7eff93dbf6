/* Write the filter of one program as a C array, at build time: to build it in each process would
 * cost 200 us. Only this file knows libseccomp.
 *
 *	generate prestart|poststop|tool >HEADER */
#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter/table.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void check(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "generate: %s: %s\n", what, strerror(-result));
	exit(EXIT_FAILURE);
}

static void allow(scmp_filter_ctx ctx, const struct filter_row *row, size_t place)
{
	int number = seccomp_syscall_resolve_name(row->name);
	struct scmp_arg_cmp condition = { .arg = row->argument - 1,
					  .op = SCMP_CMP_MASKED_EQ,
					  .datum_a = row->mask,
					  .datum_b = row->value };

	if (number == __NR_SCMP_ERROR)
		number = row->number;
	/* negative: this architecture has no such call */
	if (number < 0 || (number == 0 && strcmp(row->name, "read") != 0))
		return;
	check(seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, number, row->argument > 0, &condition),
	      row->name);
	/* As a list, in the table's order. A tree has a fifth more instructions, each of which the
	 * kernel has to translate; a hook makes too few calls to get that back. */
	check(seccomp_syscall_priority(ctx, number, (uint8_t)(UINT8_MAX - place)), row->name);
}

static void print(scmp_filter_ctx ctx, const char *program)
{
	/* Where a filter is loaded the kernel walks it for each number that a system call can have,
	 * 900 in all, to see which are allowed whatever their arguments, and for that it knows the
	 * instructions that compare. At another, as this one that does nothing, it gives up: 12 us
	 * less, and each of a hook's hundred calls 20 ns more. */
	struct sock_filter code = BPF_STMT(BPF_LDX | BPF_IMM, 0);
	FILE *file = tmpfile();
	size_t n = 0;

	if (!file)
		check(-errno, "a temporary file");
	check(seccomp_export_bpf(ctx, fileno(file)), "export");
	rewind(file);
	printf("/* Made by filter/generate.c of filter/table.h. */\n"
	       "#include <linux/filter.h>\n\n"
	       "static const struct sock_filter filter_%s[] = {\n",
	       program);
	do {
		printf("\t{ 0x%02x, %u, %u, 0x%08x },\n", code.code, code.jt, code.jf, code.k);
		n++;
	} while (fread(&code, sizeof(code), 1, file) == 1);
	printf("};\n\n#define FILTER .filter = filter_%s, .length = %zu\n", program, n);
	if (n < 2 || ferror(file) || fflush(stdout) != 0)
		check(-EIO, "write");
	(void)fclose(file); /* only read from */
}

int main(int argc, char **argv)
{
	static const char *const programs[] = { "prestart", "poststop", "tool" };
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	unsigned program = 0;

	for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(programs); i++)
		if (strcmp(argv[1], programs[i]) == 0)
			program = 1U << i;
	if (program == 0 || !ctx)
		check(-EINVAL, "usage: generate prestart|poststop|tool");
	check(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "attribute");
	for (size_t i = 0; i < ARRAY_SIZE(filter_rows); i++)
		if (filter_rows[i].programs & program)
			allow(ctx, &filter_rows[i], i);
	for (size_t i = 0; i < ARRAY_SIZE(filter_never); i++) {
		int number = seccomp_syscall_resolve_name(filter_never[i]);

		if (number >= 0)
			check(seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, number, 0),
			      filter_never[i]);
	}
	print(ctx, argv[1]);
	seccomp_release(ctx);
	return EXIT_SUCCESS;
}
