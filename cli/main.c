/* oci-share: the operator's tool. One row a verb; --help is printed from the table. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/confine.h"
#include "common/process.h"
#include "common/str.h"
#include "filter/tool.h"

enum verb_options {
	WITH_JSON = 1 << 0,
	WITH_DRY_RUN = 1 << 1,
	WITH_ALL = 1 << 2,
	WITH_SANDBOX = 1 << 3,
	WITH_POD = 1 << 4,
	WITH_SUBPATH = 1 << 5,
	WITH_ASCII = 1 << 6,
	WITH_ACCESS = 1 << 7,
	WITH_DOCTOR = 1 << 8,
};

static const struct verb {
	const char *name, *operand, *summary; /* a name may be two words */
	unsigned options, max_operands;
	bool reads_files; /* an operand names one, perhaps from the working directory */
	int (*run)(struct cli *cli, struct err *e);
} verbs[] = {
	{ "setup", "", "make share_dir and export/, or repair them", 0, 0, false, verb_setup },
	{ "teardown", "", "withdraw all shares and remove share_dir", 0, 0, false, verb_teardown },
	{ "plan", "[STATE]", "what prestart would publish and why; changes nothing", WITH_JSON, 1,
	  true, verb_plan },
	{ "list", "", "all shares, one a line", WITH_JSON, 0, false, verb_list },
	{ "tree", "[ID]", "sandboxes, containers and what is published of them",
	  WITH_JSON | WITH_ASCII, 1, false, verb_tree },
	{ "show", "ID", "one share with all its volumes", WITH_JSON, 1, false, verb_show },
	{ "gc", "", "withdraw stale shares", WITH_JSON | WITH_DRY_RUN, 0, false, verb_gc },
	{ "withdraw", "[ID]", "withdraw a share, live or not", WITH_ALL | WITH_SANDBOX, 1, false,
	  verb_withdraw },
	{ "republish", "ID", "take write access away from a live share", WITH_ACCESS, 1, false,
	  verb_republish },
	{ "doctor holders", "ID", "who has a share mounted, in whatever mount namespace", WITH_JSON,
	  1, false, verb_doctor_holders },
	{ "doctor", "[GROUP]", "why a hook does not run or a share is not seen",
	  WITH_JSON | WITH_DOCTOR, 1, true, verb_doctor },
	{ "subpath prepare", "", "mount a part of a volume below a pod's directory",
	  WITH_JSON | WITH_POD | WITH_SUBPATH, 0, false, verb_subpath_prepare },
	{ "subpath clean", "", "unmount and remove a pod's subpaths", WITH_JSON | WITH_POD, 0,
	  false, verb_subpath_clean },
};

static void print_usage(FILE *out)
{
	fprintf(out, "Usage: oci-share VERB [OPTIONS]\n\nVerbs:\n");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(out, "  %-15s %-8s %s\n", verbs[i].name, verbs[i].operand,
			verbs[i].summary);
	fprintf(out, "\n'oci-share VERB --help' lists a verb's options. Exit codes are those of "
		     "sysexits(3).\n");
}

/* How many words of the command line are the verb's name; 0: it is another. */
static int match_verb(const struct verb *verb, int argc, char **argv)
{
	const char *name = verb->name;
	int words = 0;

	while (*name) {
		size_t length = strcspn(name, " ");

		words++;
		if (words >= argc || strlen(argv[words]) != length ||
		    strncmp(argv[words], name, length) != 0)
			return 0;
		name += length + strspn(name + length, " ");
	}
	return words;
}

static const struct verb *find_verb(int argc, char **argv, int *ret_words)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		*ret_words = match_verb(&verbs[i], argc, argv);
		if (*ret_words > 0)
			return &verbs[i];
	}
	return NULL;
}

/* A word that begins verbs of two. */
static bool is_group(const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strncmp(verbs[i].name, word, length) == 0 && verbs[i].name[length] == ' ')
			return true;
	return false;
}

static bool is_help(const char *word)
{
	return str_equal(word, "--help") || str_equal(word, "-h");
}

static int print_help(const struct verb *verb, const struct option_row *rows)
{
	printf("Usage: oci-share %s %s [OPTIONS]\n\n%s.\n\n", verb->name, verb->operand,
	       verb->summary);
	options_print_help(rows, stdout);
	return 0;
}

static const struct confinement confinement = { .capabilities = CAPABILITY(CAP_SYS_ADMIN) |
								CAPABILITY(CAP_DAC_OVERRIDE) |
								CAPABILITY(CAP_DAC_READ_SEARCH) |
								CAPABILITY(CAP_SYS_PTRACE) |
								CAPABILITY(CAP_CHOWN),
						FILTER };

static int run(const struct verb *verb, int argc, char **argv, int first, struct cli *cli,
	       struct err *e)
{
	const struct {
		unsigned bit;
		struct option_row row;
	} all[] = {
		{ WITH_JSON, { "--json", &cli->json, NULL, "print JSON" } },
		{ WITH_DRY_RUN,
		  { "--dry-run", &cli->dry_run, NULL, "only say what would be done" } },
		{ WITH_ASCII, { "--ascii", &cli->ascii, NULL, "no line-drawing characters" } },
		{ WITH_ALL, { "--all", &cli->all, NULL, "all shares" } },
		{ WITH_SANDBOX,
		  { "--sandbox", NULL, &cli->sandbox, "all shares of this sandbox" } },
		{ WITH_ACCESS, { "--access", NULL, &cli->access, "ro: the only less there is" } },
		{ WITH_DOCTOR,
		  { "--annotation", NULL, &cli->annotation,
		    "whether hooks apply to a container with KEY=VALUE,..." } },
		{ WITH_DOCTOR, { "--command", NULL, &cli->command, "and that runs this program" } },
		{ WITH_DOCTOR,
		  { "--root", NULL, &cli->root,
		    "look for engines, their settings and hooks below it" } },
		{ WITH_POD, { "--pod-dir", NULL, &cli->pod_dir, "the pod's directory" } },
		{ WITH_POD,
		  { "--volume-name", NULL, &cli->volume_name, "the volume's name in the pod" } },
		{ WITH_POD, { "--container", NULL, &cli->container, "the container's name" } },
		{ WITH_SUBPATH,
		  { "--volume", NULL, &cli->volume, "where the volume is on the host" } },
		{ WITH_SUBPATH, { "--path", NULL, &cli->path, "which part of it" } },
		{ WITH_SUBPATH,
		  { "--index", NULL, &cli->index, "the mount's number in the container" } },
		{ WITH_SUBPATH, { "--readonly", &cli->readonly, NULL, "mount it read-only" } },
	};
	struct option_row rows[ARRAY_SIZE(all) + 1] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (verb->options & all[i].bit)
			rows[n++] = all[i].row;
	if (options_parse(argc, argv, first, rows, verb->max_operands, &cli->policy, &cli->options,
			  e) < 0)
		return -e->error;
	if (cli->options.help)
		return print_help(verb, rows);
	policy_open_log(&cli->policy, &cli->log);
	if ((!verb->reads_files && process_leave_directory(e) < 0) || confine(&confinement, e) < 0)
		return -e->error;
	return verb->run(cli, e);
}

static void close_cli(struct cli *cli)
{
	cleanup_close(&cli->proc);
	sharedir_close(&cli->sd);
	log_close(&cli->log);
	policy_free(&cli->policy);
}

int main(int argc, char **argv)
{
	cleanup_with(close_cli) struct cli cli = { .log = LOG_INIT("oci-share", "cli"),
						   .proc = -EBADF,
						   .sd = SHAREDIR_INIT };
	const char *name = argc > 1 ? argv[1] : "";
	int words;
	const struct verb *verb = find_verb(argc, argv, &words);
	struct err e = { 0 };

	if (process_harden(&e) < 0) {
		log_line(&cli.log, LOG_LEVEL_ERROR, "%s", e.message);
		return e.exit_code;
	}
	if (str_equal(name, "--version")) {
		printf("oci-share %s\n", PACKAGE_VERSION);
		return fflush(stdout) == 0 ? 0 : EX_IOERR;
	}
	if (!verb) {
		bool help = is_help(name) || (argc > 2 && is_group(name) && is_help(argv[2]));

		print_usage(help ? stdout : stderr);
		return help ? 0 : EX_USAGE;
	}
	cli.log.stage = verb->name;
	if (run(verb, argc, argv, 1 + words, &cli, &e) < 0) {
		(void)fflush(stdout); /* what was found before the error; the error counts */
		log_line(&cli.log, LOG_LEVEL_ERROR, "%s", e.message);
		return e.exit_code;
	}
	if (fflush(stdout) != 0) {
		log_line(&cli.log, LOG_LEVEL_ERROR, "write to standard output");
		return EX_IOERR;
	}
	return 0;
}
