/* The state of a container: what is taken, what is refused, and whose pod it is in. */
#include "oci-spec/state.h"

#include <signal.h>
#include <sys/wait.h>

#include "common/io.h"
#include "tests/check.h"

#define IB	      "\"id\":\"c1\",\"bundle\":\"/b\""
#define OPEN8	      "[[[[[[[["
#define CLOSE8	      "]]]]]]]]"
#define OPEN32	      OPEN8 OPEN8 OPEN8 OPEN8
#define CLOSE32	      CLOSE8 CLOSE8 CLOSE8 CLOSE8
#define OPEN64	      OPEN32 OPEN32
#define CLOSE64	      CLOSE32 CLOSE32
#define TEXT(literal) (literal), sizeof(literal) - 1

static int read_state(const char *text, size_t length, struct oci_state *ret, struct err *e)
{
	cleanup_fd int fd = check_memory(text, length);

	return oci_state_read(fd, 0, ret, e);
}

static const struct {
	const char *name, *text, *id, *bundle;
	int64_t pid;
	size_t annotations;
} accepted[] = {
	{ "SJ01 runc at createRuntime",
	  "{\"ociVersion\":\"1.0.2-dev\",\"id\":\"t1\",\"status\":\"creating\",\"pid\":4711,"
	  "\"bundle\":\"/run/b/t1\",\"annotations\":{\"a.b\":\"c\",\"d\":\"\"}}",
	  "t1", "/run/b/t1", 4711, 2 },
	{ "SJ02 crun, with root",
	  "{\"ociVersion\":\"1.0\",\"id\":\"t1\",\"pid\":12,\"root\":\"/run/b/rootfs\",\"bundle\":"
	  "\"/run/b\",\"status\":\"created\",\"annotations\":{}}\n",
	  "t1", "/run/b", 12, 0 },
	{ "SJ04 runc at poststop, no pid",
	  "{\"ociVersion\":\"1.0.2-dev\",\"id\":\"t1\",\"status\":\"stopped\",\"bundle\":\"/b\"}",
	  "t1", "/b", 0, 0 },
	{ "SJ04 crun at poststop, pid 0", "{" IB ",\"status\":\"stopped\",\"pid\":0}", "c1", "/b",
	  0, 0 },
	{ "Kata's empty version and status", "{\"ociVersion\":\"\",\"status\":\"\"," IB "}", "c1",
	  "/b", 0, 0 },
	{ "a status nobody knows", "{\"status\":\"starting\"," IB "}", "c1", "/b", 0, 0 },
	{ "SJ16 annotations null", "{" IB ",\"annotations\":null}", "c1", "/b", 0, 0 },
	{ "SJ16 annotations empty", "{" IB ",\"annotations\":{}}", "c1", "/b", 0, 0 },
	{ "SJ16 annotations absent", "{" IB "}", "c1", "/b", 0, 0 },
	{ "SJ28 unknown keys", "{\"x\":[{\"id\":2}],\"y\":null," IB "}", "c1", "/b", 0, 0 },
	{ "SJ14 the greatest pid", "{" IB ",\"pid\":2147483647}", "c1", "/b", 2147483647, 0 },
	{ "SJ22 depth 33 in an unknown key", "{" IB ",\"x\":" OPEN32 CLOSE32 "}", "c1", "/b", 0,
	  0 },
	{ "dots in a bundle's names", "{\"id\":\"c1\",\"bundle\":\"/a/..b/c../.../d\"}", "c1",
	  "/a/..b/c../.../d", 0, 0 },
};

START_TEST(accepts_what_engines_send)
{
	struct oci_state s = { 0 };
	struct err e = { 0 };
	int result = read_state(accepted[_i].text, strlen(accepted[_i].text), &s, &e);

	ck_assert_msg(result == 0, "%s: %s", accepted[_i].name, e.message);
	ck_assert_str_eq(s.id, accepted[_i].id);
	ck_assert_str_eq(s.bundle, accepted[_i].bundle);
	ck_assert_int_eq(s.pid, accepted[_i].pid);
	ck_assert_uint_eq(s.annotations.n, accepted[_i].annotations);
	oci_state_free(&s);
	ck_assert_ptr_null(s.id);
}
END_TEST

static const struct {
	const char *name, *text;
	size_t length;
} refused[] = {
	{ "SJ05 empty", TEXT("") },
	{ "SJ05 blanks", TEXT(" \n") },
	{ "SJ07 text behind", TEXT("{" IB "} x") },
	{ "SJ07 second object", TEXT("{" IB "}{}") },
	{ "SJ07 comment", TEXT("/* */{" IB "}") },
	{ "SJ07 byte order mark", TEXT("\xef\xbb\xbf{" IB "}") },
	{ "SJ08 array", TEXT("[{" IB "}]") },
	{ "SJ08 string", TEXT("\"c1\"") },
	{ "SJ08 number", TEXT("7") },
	{ "SJ10 id is a number", TEXT("{\"id\":1,\"bundle\":\"/b\"}") },
	{ "SJ10 id is null", TEXT("{\"id\":null,\"bundle\":\"/b\"}") },
	{ "SJ10 no id", TEXT("{\"bundle\":\"/b\"}") },
	{ "no bundle", TEXT("{\"id\":\"c1\"}") },
	{ "bundle is null", TEXT("{\"id\":\"c1\",\"bundle\":null}") },
	{ "SJ11 id twice", TEXT("{" IB ",\"id\":\"c1\"}") },
	{ "SJ11 Id and id", TEXT("{" IB ",\"Id\":\"c2\"}") },
	{ "SJ11 PID and pid", TEXT("{" IB ",\"pid\":1,\"PID\":2}") },
	{ "SJ11 statu\xc5\xbf", TEXT("{" IB ",\"statu\xc5\xbf\":\"x\"}") },
	{ "SJ11 an annotation twice", TEXT("{" IB ",\"annotations\":{\"a\":\"1\",\"a\":\"1\"}}") },
	{ "SJ13 bundle relative", TEXT("{\"id\":\"c1\",\"bundle\":\"b\"}") },
	{ "SJ13 bundle empty", TEXT("{\"id\":\"c1\",\"bundle\":\"\"}") },
	{ "SJ13 bundle with ..", TEXT("{\"id\":\"c1\",\"bundle\":\"/a/../b\"}") },
	{ "SJ13 bundle ends with ..", TEXT("{\"id\":\"c1\",\"bundle\":\"/a/..\"}") },
	{ "SJ13 bundle with escaped NUL", TEXT("{\"id\":\"c1\",\"bundle\":\"/a\\u0000/b\"}") },
	{ "SJ13 bundle with NUL", TEXT("{\"id\":\"c1\",\"bundle\":\"/a\0b\"}") },
	{ "SJ14 pid -1", TEXT("{" IB ",\"pid\":-1}") },
	{ "SJ14 pid 1.5", TEXT("{" IB ",\"pid\":1.5}") },
	{ "SJ14 pid 1e3", TEXT("{" IB ",\"pid\":1e3}") },
	{ "SJ14 pid of 20 digits", TEXT("{" IB ",\"pid\":99999999999999999999}") },
	{ "SJ14 pid 2^31", TEXT("{" IB ",\"pid\":2147483648}") },
	{ "SJ14 pid \"12\"", TEXT("{" IB ",\"pid\":\"12\"}") },
	{ "SJ17 annotation is a number", TEXT("{" IB ",\"annotations\":{\"a\":1}}") },
	{ "SJ17 annotation is null", TEXT("{" IB ",\"annotations\":{\"a\":null}}") },
	{ "SJ17 annotation is an object", TEXT("{" IB ",\"annotations\":{\"a\":{}}}") },
	{ "annotations is an array", TEXT("{" IB ",\"annotations\":[]}") },
	{ "SJ19 FF in a key", TEXT("{" IB ",\"\xff\":1}") },
	{ "SJ19 FF in a value", TEXT("{" IB ",\"x\":\"\xff\"}") },
	{ "SJ20 overlong", TEXT("{" IB ",\"x\":\"\xc0\xaf\"}") },
	{ "SJ20 surrogate", TEXT("{" IB ",\"x\":\"\xed\xa0\x80\"}") },
	{ "SJ20 F5", TEXT("{" IB ",\"x\":\"\xf5\x80\x80\x80\"}") },
	{ "SJ22 depth 65 in an unknown key", TEXT("{" IB ",\"x\":" OPEN64 CLOSE64 "}") },
};

START_TEST(refuses)
{
	char untouched[] = "untouched";
	struct oci_state s = { .id = untouched };
	struct err e = { 0 };

	check_exit(read_state(refused[_i].text, refused[_i].length, &s, &e), &e, EX_DATAERR,
		   refused[_i].name);
	ck_assert_ptr_eq(s.id, untouched);
}
END_TEST

START_TEST(bounds_the_size)
{
	for (int more = 0; more <= 1; more++) {
		size_t length = OCI_STATE_MAX + (size_t)more;
		struct oci_state s = { 0 };
		struct err e = { 0 };
		char *text = malloc(length);
		int result;

		ck_assert_ptr_nonnull(text);
		memset(text, ' ', length);
		memcpy(text, "{" IB "}", strlen("{" IB "}"));
		result = read_state(text, length, &s, &e);
		if (more)
			check_exit(result, &e, EX_DATAERR, "1 MiB + 1");
		else
			ck_assert_msg(result == 0, "1 MiB: %s", e.message);
		oci_state_free(&s);
		free(text);
	}
}
END_TEST

static const struct {
	const char *name;
	unsigned pause_ms; /* between single bytes; 0: none is written */
} slow[] = {
	{ "SJ25 a writer that never writes", 0 },
	{ "SJ25 a byte every 40 ms", 40 },
};

START_TEST(a_slow_writer_runs_into_the_deadline)
{
	const char text[] = "{" IB "                                  }";
	struct oci_state s = { 0 };
	struct err e = { 0 };
	uint64_t started, took;
	int ends[2];
	pid_t writer;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	writer = fork();
	ck_assert_int_ge(writer, 0);
	if (writer == 0) {
		for (size_t i = 0; i < strlen(text) && slow[_i].pause_ms > 0; i++)
			if (write(ends[1], text + i, 1) != 1 || usleep(slow[_i].pause_ms * 1000))
				break;
		(void)pause();
		_exit(0);
	}
	started = io_now();
	check_exit(oci_state_read(ends[0], started + 300000, &s, &e), &e, EX_DATAERR,
		   slow[_i].name);
	took = io_now() - started;
	ck_assert_int_eq(e.error, ETIMEDOUT);
	ck_assert_msg(took >= 300000 && took < 5000000, "%s: %ju us", slow[_i].name,
		      (uintmax_t)took);
	ck_assert_int_eq(kill(writer, SIGKILL), 0);
	ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
}
END_TEST

START_TEST(a_writer_in_time_is_read)
{
	struct oci_state s = { 0 };
	struct err e = { 0 };
	int ends[2], status;
	pid_t writer;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	writer = fork();
	ck_assert_int_ge(writer, 0);
	if (writer == 0) {
		bool ok = write(ends[1], "{" IB, sizeof("{" IB) - 1) > 0 && usleep(100000) == 0 &&
			  write(ends[1], "}", 1) == 1;

		_exit(ok ? 0 : 1);
	}
	ck_assert_int_eq(close(ends[1]), 0);
	check_ok(oci_state_read(ends[0], io_now() + 10000000, &s, &e), &e);
	ck_assert_str_eq(s.bundle, "/b");
	oci_state_free(&s);
	ck_assert_int_eq(waitpid(writer, &status, 0), writer);
	ck_assert_int_eq(status, 0);
}
END_TEST

static const struct {
	const char *name, *path; /* NULL: closed */
} inputs[] = {
	{ "SJ26 closed", NULL },
	{ "SJ26 a directory", "/" },
	{ "SJ26 /dev/zero", "/dev/zero" },
	{ "SJ26 /dev/null", "/dev/null" },
};

START_TEST(what_is_no_file_is_refused_at_once)
{
	int fd = inputs[_i].path ? open(inputs[_i].path, O_RDONLY | O_CLOEXEC) : 999;
	uint64_t started = io_now();
	struct oci_state s = { 0 };
	struct err e = { 0 };

	check_error(oci_state_read(fd, started + 10000000, &s, &e), &e, inputs[_i].name);
	ck_assert_msg(e.exit_code == EX_DATAERR || e.exit_code == EX_NOINPUT, "%s: exit %d",
		      inputs[_i].name, e.exit_code);
	ck_assert_uint_lt(io_now() - started, 2000000);
}
END_TEST

#define TEN	    "0123456789"
#define HUNDRED	    TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define TWO_HUNDRED HUNDRED HUNDRED

static const struct {
	const char *id;
	bool valid;
} ids[] = {
	{ "c1", true },
	{ "RB04", true },
	{ "c.1_2+3-4", true },
	{ "_", true },
	{ "+", true },
	{ "-x", true },
	{ "-rf", true },
	{ "rootfs", true },
	{ "a..b", true },
	{ "a.", true },
	{ TWO_HUNDRED, true },
	{ TWO_HUNDRED "0", false },
	{ TWO_HUNDRED TWO_HUNDRED, false },
	{ "", false },
	{ ".", false },
	{ "..", false },
	{ "...", false },
	{ ".a", false },
	{ "a/b", false },
	{ "../victim", false },
	{ "/etc", false },
	{ "a/", false },
	{ "a\nb", false },
	{ "a b", false },
	{ " a", false },
	{ "a\x7f", false },
	{ "a\x1b", false },
	{ "\xc3\xa9", false },
	{ "%n", false },
	{ "a:b", false },
	{ "a\\b", false },
	{ "a*", false },
	{ "a@b", false },
	{ "a,b", false },
	{ "a~", false },
};

START_TEST(T40_ids)
{
	cleanup_free char *text = NULL;
	struct oci_state s = { 0 };
	struct err e = { 0 };
	int result;

	ck_assert_msg(oci_id_is_valid(ids[_i].id) == ids[_i].valid, "'%s'", ids[_i].id);
	if (strpbrk(ids[_i].id, "\n\x1b\\"))
		return; /* these need escapes in JSON */
	ck_assert_int_gt(asprintf(&text, "{\"id\":\"%s\",\"bundle\":\"/b\"}", ids[_i].id), 0);
	result = read_state(text, strlen(text), &s, &e);
	ck_assert_msg((result == 0) == ids[_i].valid, "state with id '%s': %s", ids[_i].id,
		      e.message);
	if (!ids[_i].valid)
		check_exit(result, &e, EX_DATAERR, ids[_i].id);
	oci_state_free(&s);
}
END_TEST

START_TEST(annotations_are_found_by_their_whole_key)
{
	static const char text[] =
		"{" IB ",\"annotations\":{\"a.b\":\"1\",\"a.bc\":\"2\",\"\":\"3\",\"A.b\":\"4\"}}";
	struct oci_state s = { 0 };
	struct err e = { 0 };

	check_ok(read_state(text, strlen(text), &s, &e), &e);
	ck_assert_str_eq(oci_annotation(&s, "a.b"), "1");
	ck_assert_str_eq(oci_annotation(&s, "a.bc"), "2");
	ck_assert_str_eq(oci_annotation(&s, "A.b"), "4");
	ck_assert_str_eq(oci_annotation(&s, ""), "3");
	ck_assert_ptr_null(oci_annotation(&s, "a"));
	oci_state_free(&s);
}
END_TEST

#define CRIO_ID	  "io.kubernetes.cri-o.SandboxID"
#define CTRD_ID	  "io.kubernetes.cri.sandbox-id"
#define SHIM_ID	  "io.kubernetes.sandbox.id"
#define CRIO_TYPE "io.kubernetes.cri-o.ContainerType"
#define CTRD_TYPE "io.kubernetes.cri.container-type"
#define SHIM_TYPE "io.kubernetes.docker.type"
#define ALL	  "crio containerd dockershim"

enum { PAIRS = 3 };

/* A state with these annotations, up to the first without a key. */
static struct oci_state with_annotations(const struct json_pair pairs[PAIRS])
{
	static char id[] = "c1", bundle[] = "/b";
	struct oci_state s = { .id = id, .bundle = bundle, .annotations = { NULL, 0 } };

	s.annotations.items = (struct json_pair *)pairs;
	while (s.annotations.n < PAIRS && pairs[s.annotations.n].key)
		s.annotations.n++;
	return s;
}

/* Written down as constants, only read. */
#define A(k, v)                          \
	{                                \
		(char *)(k), (char *)(v) \
	}

static const struct {
	const char *name;
	struct json_pair pairs[PAIRS];
	const char *sources, *sandbox; /* NULL: refused */
} sandboxes[] = {
	{ "outside of a pod it is its own", { { 0 } }, ALL, "c1" },
	{ "CT07 CRI-O", { A(CRIO_ID, "p1") }, ALL, "p1" },
	{ "CT07 containerd", { A(CTRD_ID, "p2") }, ALL, "p2" },
	{ "CT07 dockershim", { A(SHIM_ID, "p3") }, ALL, "p3" },
	{ "a source that may not say so", { A(CRIO_ID, "p1") }, "containerd", "c1" },
	{ "nobody may say so", { A(CRIO_ID, "p1"), A(CTRD_ID, "p1") }, "", "c1" },
	{ "T41 two agree", { A(CRIO_ID, "p1"), A(CTRD_ID, "p1") }, ALL, "p1" },
	{ "T41 two disagree", { A(CRIO_ID, "p1"), A(CTRD_ID, "p2") }, ALL, NULL },
	{ "T41 the third disagrees",
	  { A(CRIO_ID, "p1"), A(CTRD_ID, "p1"), A(SHIM_ID, "p2") },
	  ALL,
	  NULL },
	{ "T41 the one that disagrees may not",
	  { A(CRIO_ID, "p1"), A(CTRD_ID, "p2") },
	  "crio",
	  "p1" },
	{ "CT08 slash", { A(CRIO_ID, "a/b") }, ALL, NULL },
	{ "CT08 ..", { A(CTRD_ID, "..") }, ALL, NULL },
	{ "CT08 upwards", { A(SHIM_ID, "../../x") }, ALL, NULL },
	{ "CT08 empty", { A(CRIO_ID, "") }, ALL, NULL },
};

START_TEST(C20_sandbox_id)
{
	struct oci_state s = with_annotations(sandboxes[_i].pairs);
	const char *found = "untouched";
	struct err e = { 0 };
	int result = oci_sandbox_id(&s, sandboxes[_i].sources, &found, &e);

	if (!sandboxes[_i].sandbox) {
		check_exit(result, &e, EX_DATAERR, sandboxes[_i].name);
		ck_assert_str_eq(found, "untouched");
		return;
	}
	ck_assert_msg(result == 0, "%s: %s", sandboxes[_i].name, e.message);
	ck_assert_msg(strcmp(found, sandboxes[_i].sandbox) == 0, "%s: %s", sandboxes[_i].name,
		      found);
}
END_TEST

static const struct {
	const char *name;
	struct json_pair pairs[PAIRS];
	int type; /* -1: refused */
} types[] = {
	{ "CT01 none", { { 0 } }, OCI_SINGLE_CONTAINER },
	{ "CT01 others", { A("io.container.manager", "libpod") }, OCI_SINGLE_CONTAINER },
	{ "CT02 containerd sandbox", { A(CTRD_TYPE, "sandbox") }, OCI_POD_SANDBOX },
	{ "CT02 containerd container", { A(CTRD_TYPE, "container") }, OCI_POD_CONTAINER },
	{ "CT02 containerd foo", { A(CTRD_TYPE, "foo") }, -1 },
	{ "CT04 CRI-O sandbox", { A(CRIO_TYPE, "sandbox") }, OCI_POD_SANDBOX },
	{ "CT04 CRI-O container", { A(CRIO_TYPE, "container") }, OCI_POD_CONTAINER },
	{ "CT04 CRI-O foo", { A(CRIO_TYPE, "foo") }, -1 },
	{ "CT04 CRI-O empty", { A(CRIO_TYPE, "") }, -1 },
	{ "CT05 dockershim podsandbox", { A(SHIM_TYPE, "podsandbox") }, OCI_POD_SANDBOX },
	{ "CT05 dockershim container", { A(SHIM_TYPE, "container") }, OCI_POD_CONTAINER },
	{ "CT05 dockershim sandbox", { A(SHIM_TYPE, "sandbox") }, -1 },
	{ "CT05 dockershim foo", { A(SHIM_TYPE, "foo") }, -1 },
	{ "T41 two agree",
	  { A(CRIO_TYPE, "sandbox"), A(SHIM_TYPE, "podsandbox") },
	  OCI_POD_SANDBOX },
	{ "T41 two disagree", { A(CRIO_TYPE, "sandbox"), A(CTRD_TYPE, "container") }, -1 },
	{ "T41 one of two is foo", { A(CRIO_TYPE, "sandbox"), A(CTRD_TYPE, "foo") }, -1 },
};

START_TEST(C20_container_type)
{
	struct oci_state s = with_annotations(types[_i].pairs);
	enum oci_container_type type = OCI_SINGLE_CONTAINER;
	struct err e = { 0 };
	int result = oci_container_type(&s, &type, &e);

	if (types[_i].type < 0) {
		check_exit(result, &e, EX_DATAERR, types[_i].name);
		return;
	}
	ck_assert_msg(result == 0, "%s: %s", types[_i].name, e.message);
	ck_assert_msg((int)type == types[_i].type, "%s: %d", types[_i].name, (int)type);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ accepts_what_engines_send, ARRAY_SIZE(accepted) },
		{ refuses, ARRAY_SIZE(refused) },
		{ bounds_the_size, 0 },
		{ a_slow_writer_runs_into_the_deadline, ARRAY_SIZE(slow) },
		{ a_writer_in_time_is_read, 0 },
		{ what_is_no_file_is_refused_at_once, ARRAY_SIZE(inputs) },
		{ T40_ids, ARRAY_SIZE(ids) },
		{ annotations_are_found_by_their_whole_key, 0 },
		{ C20_sandbox_id, ARRAY_SIZE(sandboxes) },
		{ C20_container_type, ARRAY_SIZE(types) },
		{ 0 },
	};

	return check_main("state", cases);
}
