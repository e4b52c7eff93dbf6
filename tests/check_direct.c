/* Direct-assigned volumes: names of their directories, and what may stand in mountInfo.json. */
#include "share/direct.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "common/io.h"
#include "common/str.h"
#include "tests/check.h"

/* ---- direct_name ---- */

#define TEN  "0123456789"
#define L180 TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
	const char *name, *source;
	const char *directory; /* NULL: no filesystem could hold it, "": only its length is known */
	size_t length;
} names[] = {
	{ "DI01", "/a/b/c", "L2EvYi9j", 8 },
	{ "1 byte", "/", "Lw==", 4 },
	{ "2 bytes", "/a", "L2E=", 4 },
	{ "3 bytes", "/ab", "L2Fi", 4 },
	{ "4 bytes", "/abc", "L2FiYw==", 8 },
	{ "a trailing slash", "/a/b/c/", "L2EvYi9jLw==", 12 },
	{ "slashes and dots stay", "//a/./b/../c", "Ly9hLy4vYi8uLi9j", 16 },
	{ "relative", "vol", "dm9s", 4 },
	{ "T67 two dots", "..", "Li4=", 4 },
	{ "T67 upwards", "../..", "Li4vLi4=", 8 },
	{ "digit 62 is a minus", "/a>", "L2E-", 4 },
	{ "digit 63 is an underscore", "/a?", "L2E_", 4 },
	{ "bytes above 127", "/\xfb\xff\xbf", "L_v_vw==", 8 },
	{ "all bits", "\xff\xff\xff", "____", 4 },
	{ "UTF-8", "/\xc3\xa9\xf0\x9f\x98\x80", "L8Op8J-YgA==", 12 },
	{ "blanks and newlines", "/a b\n", "L2EgYgo=", 8 },
	{ "188 bytes, padded", "/" L180 "0123456", "", 252 },
	{ "189 bytes, the longest", "/" L180 "01234567", "", 252 },
	{ "190 bytes", "/" L180 "012345678", NULL, 0 },
	{ "191 bytes", "/" L180 TEN, NULL, 0 },
	{ "192 bytes", "/" L180 TEN "0", NULL, 0 },
};

START_TEST(C18_names_are_base64url_padded)
{
	char found[DIRECT_NAME_SIZE] = "untouched";
	int result = direct_name(names[_i].source, found);

	if (!names[_i].directory) {
		ck_assert_msg(result == -ENAMETOOLONG, "%s: %d", names[_i].name, result);
		ck_assert_str_eq(found, "untouched");
		return;
	}
	ck_assert_msg(result == 0, "%s: %d", names[_i].name, result);
	ck_assert_msg(strlen(found) == names[_i].length, "%s: '%s'", names[_i].name, found);
	if (names[_i].directory[0])
		ck_assert_msg(strcmp(found, names[_i].directory) == 0, "%s: '%s'", names[_i].name,
			      found);
}
END_TEST

/* The value of a digit of base64url; -1: it is none. */
static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* Decode a padded name; the number of bytes. It can be no other file name: no dot, no slash. */
static size_t decode_name(const char *name, char *ret)
{
	size_t length = strlen(name), used = 0;
	unsigned bits = 0, n = 0;

	ck_assert_uint_eq(length % 4, 0);
	while (length > 0 && name[length - 1] == '=')
		length--;
	ck_assert_uint_le(strlen(name) - length, 2);
	for (size_t i = 0; i < length; i++) {
		if (digit(name[i]) < 0)
			ck_abort_msg("'%s'", name);
		bits = bits << 6 | (unsigned)digit(name[i]);
		n += 6;
		if (n >= 8)
			ret[used++] = (char)(bits >> (n -= 8));
	}
	ret[used] = '\0';
	return used;
}

START_TEST(names_lead_back_to_the_source)
{
	unsigned seed = 1;

	for (int round = 0; round < 5000; round++) {
		char source[190], name[DIRECT_NAME_SIZE], back[200];
		size_t length = (size_t)(rand_r(&seed) % 189 + 1);

		for (size_t i = 0; i < length; i++)
			source[i] = (char)(rand_r(&seed) / 7 % 255 + 1);
		source[length] = '\0';
		ck_assert_int_eq(direct_name(source, name), 0);
		ck_assert_uint_eq(decode_name(name, back), length);
		ck_assert_str_eq(back, source);
	}
}
END_TEST

/* ---- direct_decode ---- */

#define NEEDED	"'volume-type':'block','device':'/dev/sda','fstype':'ext4'"
#define FS(...) "{" NEEDED ",'metadata':{" __VA_ARGS__ "}}"

/* The tables have single quotes for double ones. */
static size_t quote(const char *text, char *ret, size_t size)
{
	size_t length = strlen(text);

	ck_assert_uint_lt(length, size);
	for (size_t i = 0; i <= length; i++)
		ret[i] = text[i] == '\'' ? '"' : text[i];
	return length;
}

static int decode_bytes(const char *text, size_t length, struct direct *ret, struct err *e)
{
	cleanup_fd int fd = check_memory(text, length);

	return direct_decode(fd, ret, e);
}

static int decode(const char *text, struct direct *ret, struct err *e)
{
	char quoted[4096];

	return decode_bytes(quoted, quote(text, quoted, sizeof(quoted)), ret, e);
}

static const struct {
	const char *name, *text;
	const char *device, *options; /* all of them, with commas between */
	const char *key, *value;      /* of the metadata; NULL: not asked */
	uint32_t fs_group;
	const char *policy;
} accepted[] = {
	{ "the least", "{" NEEDED "}", "/dev/sda", "", NULL, NULL, 0, NULL },
	{ "DI01",
	  "{" NEEDED ",'metadata':{'fsGroup':'3000','fsGroupChangePolicy':'OnRootMismatch'},"
	  "'options':['journal_dev','noload']}",
	  "/dev/sda", "journal_dev,noload", NULL, NULL, 3000, "OnRootMismatch" },
	{ "DI07 the default policy", FS("'fsGroup':'2000'"), "/dev/sda", "", NULL, NULL, 2000,
	  "Always" },
	{ "the policy Always", FS("'fsGroupChangePolicy':'Always','fsGroup':'5'"), "/dev/sda", "",
	  NULL, NULL, 5, "Always" },
	{ "DI08 the least group", FS("'fsGroup':'1'"), "/dev/sda", "", NULL, NULL, 1, "Always" },
	{ "DI08 the greatest group", FS("'fsGroup':'4294967295'"), "/dev/sda", "", NULL, NULL,
	  UINT32_MAX, "Always" },
	{ "DI10 a policy without a group", FS("'fsGroupChangePolicy':'OnRootMismatch'"), "/dev/sda",
	  "", NULL, NULL, 0, NULL },
	{ "DI11 other metadata", FS("'encryptionKey':'k 1','fsGroup':'7'"), "/dev/sda", "",
	  "encryptionKey", "k 1", 7, "Always" },
	{ "metadata with an empty value", FS("'x':''"), "/dev/sda", "", "x", "", 0, NULL },
	{ "a key of the metadata that is a field elsewhere", FS("'device':'/dev/sdb'"), "/dev/sda",
	  "", "device", "/dev/sdb", 0, NULL },
	{ "a group in other letter case is metadata like any", FS("'fsgroup':'x'"), "/dev/sda", "",
	  "fsgroup", "x", 0, NULL },
	{ "empty options and metadata", "{" NEEDED ",'options':[],'metadata':{}}", "/dev/sda", "",
	  NULL, NULL, 0, NULL },
	{ "null options and metadata", "{" NEEDED ",'options':null,'metadata':null}", "/dev/sda",
	  "", NULL, NULL, 0, NULL },
	{ "the same option twice", "{" NEEDED ",'options':['ro','ro','']}", "/dev/sda", "ro,ro,",
	  NULL, NULL, 0, NULL },
	{ "unknown keys of all types",
	  "{'x':[1,-1.5e3,true,null,{'device':1}]," NEEDED
	  ",'y':{'fstype':{'z':[]}},'fsGroup':'no','devic':'a','devices':2}",
	  "/dev/sda", "", NULL, NULL, 0, NULL },
	{ "blanks", " \n{ 'fstype' :\t'ext4' , 'device':'/dev/sda',\r\n'volume-type':'block'} \n\n",
	  "/dev/sda", "", NULL, NULL, 0, NULL },
	{ "escapes",
	  "{'volume\\u002dtype':'block','fstype':'ext4','device':'\\/\\u00e9\\ud83d\\ude00'}",
	  "/\xc3\xa9\xf0\x9f\x98\x80", "", NULL, NULL, 0, NULL },
	{ "a volume that is no path",
	  "{'volume-type':'block','device':'rbd:pool/image','fstype':'ext4'}", "rbd:pool/image", "",
	  NULL, NULL, 0, NULL },
};

static void assert_options(const char *name, const struct direct *d, const char *expected)
{
	char joined[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < d->options.n; i++)
		used += (size_t)snprintf(joined + used, sizeof(joined) - used, "%s%s",
					 i > 0 ? "," : "", d->options.items[i]);
	ck_assert_msg(strcmp(joined, expected) == 0, "%s: options '%s'", name, joined);
}

static const char *find_metadata(const struct direct *d, const char *key)
{
	for (size_t i = 0; i < d->metadata.n; i++)
		if (strcmp(d->metadata.items[i].key, key) == 0)
			return d->metadata.items[i].value;
	return NULL;
}

static void assert_accepted(size_t i, const struct direct *d)
{
	const char *name = accepted[i].name, *policy = d->fs_group_change_policy;

	ck_assert_msg(str_equal(d->volume_type, "block"), "%s: '%s'", name, d->volume_type);
	ck_assert_msg(str_equal(d->fstype, "ext4"), "%s: '%s'", name, d->fstype);
	ck_assert_msg(str_equal(d->device, accepted[i].device), "%s: '%s'", name, d->device);
	assert_options(name, d, accepted[i].options);
	if (accepted[i].key) {
		const char *value = find_metadata(d, accepted[i].key);

		ck_assert_msg(value && str_equal(value, accepted[i].value), "%s: %s", name,
			      value ? value : "none");
	}
	ck_assert_msg(d->fs_group == accepted[i].fs_group, "%s: group %u", name, d->fs_group);
	if (accepted[i].policy)
		ck_assert_msg(policy && str_equal(policy, accepted[i].policy), "%s: %s", name,
			      policy ? policy : "none");
	else
		ck_assert_msg(!policy, "%s: %s", name, policy);
}

START_TEST(C18_decodes)
{
	struct direct d = { 0 };
	struct err e = { 0 };
	int result = decode(accepted[_i].text, &d, &e);

	ck_assert_msg(result == 0, "%s: %s", accepted[_i].name, e.message);
	assert_accepted((size_t)_i, &d);
	direct_clear(&d);
	ck_assert(!d.device && !d.volume_type && !d.fstype && d.options.n == 0 &&
		  d.metadata.n == 0);
	direct_clear(&d); /* twice is as good */
}
END_TEST

static const struct {
	const char *name, *text;
	const char *word; /* what the message must have; NULL: not asked */
} refused[] = {
	{ "empty", "", NULL },
	{ "blank", " \n", NULL },
	{ "no JSON", "device=/dev/sda\n", NULL },
	{ "null", "null", NULL },
	{ "an array", "[{" NEEDED "}]", NULL },
	{ "a string", "'block'", NULL },
	{ "a number", "1", NULL },
	{ "an empty object", "{}", NULL },
	{ "a trailing comma", "{" NEEDED ",}", NULL },
	{ "a comment", "{/* */" NEEDED "}", NULL },
	{ "a byte order mark", "\xef\xbb\xbf{" NEEDED "}", NULL },
	{ "trailing text", "{" NEEDED "} x", NULL },
	{ "a trailing brace", "{" NEEDED "}}", NULL },
	{ "two documents", "{" NEEDED "}{" NEEDED "}", NULL },
	{ "a second document on a line of its own", "{" NEEDED "}\n{" NEEDED "}\n", NULL },
	{ "no volume-type", "{'device':'/dev/sda','fstype':'ext4'}", "volume-type" },
	{ "no device", "{'volume-type':'block','fstype':'ext4'}", "device" },
	{ "no fstype", "{'volume-type':'block','device':'/dev/sda'}", "fstype" },
	{ "device is null", "{'volume-type':'block','device':null,'fstype':'ext4'}", "device" },
	{ "volume-type is null", "{'volume-type':null,'device':'/d','fstype':'ext4'}",
	  "volume-type" },
	{ "fstype is null", "{'volume-type':'block','device':'/d','fstype':null}", "fstype" },
	{ "device is a number", "{'volume-type':'block','device':8,'fstype':'ext4'}", "device" },
	{ "device is an array", "{'volume-type':'block','device':['/d'],'fstype':'ext4'}",
	  "device" },
	{ "device is an object", "{'volume-type':'block','device':{},'fstype':'ext4'}", "device" },
	{ "device is true", "{'volume-type':'block','device':true,'fstype':'ext4'}", "device" },
	{ "fstype is false", "{'volume-type':'block','device':'/d','fstype':false}", "fstype" },
	{ "volume-type is a number", "{'volume-type':1.5,'device':'/d','fstype':'x'}",
	  "volume-type" },
	{ "options is a string", "{" NEEDED ",'options':'ro'}", "options" },
	{ "options is an object", "{" NEEDED ",'options':{'ro':'1'}}", "options" },
	{ "options is true", "{" NEEDED ",'options':true}", "options" },
	{ "options has a number", "{" NEEDED ",'options':['ro',1]}", "options" },
	{ "options has null", "{" NEEDED ",'options':[null]}", "options" },
	{ "options has an array", "{" NEEDED ",'options':[['ro']]}", "options" },
	{ "options has an object", "{" NEEDED ",'options':[{}]}", "options" },
	{ "metadata is a string", "{" NEEDED ",'metadata':'x'}", "metadata" },
	{ "metadata is an array", "{" NEEDED ",'metadata':[]}", "metadata" },
	{ "metadata is a number", "{" NEEDED ",'metadata':0}", "metadata" },
	{ "metadata has a number", FS("'fsGroup':2000"), "metadata" },
	{ "metadata has null", FS("'x':null"), "metadata" },
	{ "metadata has true", FS("'x':true"), "metadata" },
	{ "metadata has an object", FS("'x':{}"), "metadata" },
	{ "metadata has an array", FS("'x':['y']"), "metadata" },
	{ "DI13 device twice", "{" NEEDED ",'device':'/dev/sda'}", "device" },
	{ "DI13 device twice, once escaped", "{" NEEDED ",'\\u0064evice':'/dev/sdb'}", "device" },
	{ "DI13 volume-type twice", "{" NEEDED ",'volume-type':'block'}", "volume-type" },
	{ "DI13 fstype twice", "{" NEEDED ",'fstype':'xfs'}", "fstype" },
	{ "DI13 options twice", "{" NEEDED ",'options':[],'options':[]}", "options" },
	{ "DI13 metadata twice", "{" NEEDED ",'metadata':{},'metadata':{}}", "metadata" },
	{ "DI13 a group twice", FS("'fsGroup':'1','fsGroup':'1'"), "fsGroup" },
	{ "DI13 metadata with a key twice", FS("'x':'1','y':'2','x':'1'"), "x" },
	{ "DI13 Device besides", "{" NEEDED ",'Device':'/dev/sdb'}", "device" },
	{ "FSTYPE instead", "{'volume-type':'block','device':'/d','FSTYPE':'ext4'}", "fstype" },
	{ "Volume-Type besides", "{" NEEDED ",'Volume-Type':'block'}", "volume-type" },
	{ "Options", "{" NEEDED ",'Options':['ro']}", "options" },
	{ "metaData", "{" NEEDED ",'metaData':{}}", "metadata" },
	{ "fstype with an s that Go folds", "{" NEEDED ",'f\xc5\xbftype':'x'}", "fstype" },
	{ "DI13 a NUL in device", "{'volume-type':'block','device':'/d\\u0000x','fstype':'ext4'}",
	  NULL },
	{ "a NUL in fstype", "{'volume-type':'block','device':'/d','fstype':'ext4\\u0000'}", NULL },
	{ "a NUL in volume-type", "{'volume-type':'\\u0000','device':'/d','fstype':'ext4'}", NULL },
	{ "a NUL in an option", "{" NEEDED ",'options':['ro\\u0000']}", NULL },
	{ "a NUL in a key of the metadata", FS("'fsGroup\\u0000x':'1'"), NULL },
	{ "a NUL in a value of the metadata", FS("'fsGroup':'1\\u0000'"), NULL },
	{ "a NUL in an unknown key", "{" NEEDED ",'x\\u0000':1}", NULL },
	{ "a raw newline in a string", "{'volume-type':'b\n','device':'/d','fstype':'ext4'}",
	  NULL },
	{ "bytes that are no UTF-8", "{'volume-type':'block','device':'\xff','fstype':'ext4'}",
	  NULL },
	{ "an overlong slash", "{'volume-type':'block','device':'\xc0\xaf','fstype':'ext4'}",
	  NULL },
	{ "a lone surrogate", "{'volume-type':'block','device':'\\ud800','fstype':'ext4'}", NULL },
	{ "DI08 group 0", FS("'fsGroup':'0'"), "fsGroup" },
	{ "DI08 group -1", FS("'fsGroup':'-1'"), "fsGroup" },
	{ "DI08 group 2^32", FS("'fsGroup':'4294967296'"), "fsGroup" },
	{ "group 2^32 + 1, which is 1 when cut", FS("'fsGroup':'4294967297'"), "fsGroup" },
	{ "group 2^64 + 1", FS("'fsGroup':'18446744073709551617'"), "fsGroup" },
	{ "group 1 - 2^64, which strtoul takes for 1", FS("'fsGroup':'-18446744073709551615'"),
	  "fsGroup" },
	{ "group of 40 digits", FS("'fsGroup':'1111111111111111111111111111111111111111'"),
	  "fsGroup" },
	{ "group +5", FS("'fsGroup':'+5'"), "fsGroup" },
	{ "group with a blank before", FS("'fsGroup':' 5'"), "fsGroup" },
	{ "group with a newline after", FS("'fsGroup':'5\\n'"), "fsGroup" },
	{ "group with text after", FS("'fsGroup':'5x'"), "fsGroup" },
	{ "group hexadecimal", FS("'fsGroup':'0x10'"), "fsGroup" },
	{ "group with an exponent", FS("'fsGroup':'1e3'"), "fsGroup" },
	{ "group with a fraction", FS("'fsGroup':'5.0'"), "fsGroup" },
	{ "group of other digits", FS("'fsGroup':'\xd9\xa3'"), "fsGroup" },
	{ "group empty", FS("'fsGroup':''"), "fsGroup" },
	{ "group by name", FS("'fsGroup':'wheel'"), "fsGroup" },
	{ "policy Never", FS("'fsGroup':'1','fsGroupChangePolicy':'Never'"),
	  "fsGroupChangePolicy" },
	{ "policy always", FS("'fsGroup':'1','fsGroupChangePolicy':'always'"),
	  "fsGroupChangePolicy" },
	{ "policy before its group", FS("'fsGroupChangePolicy':'ONROOTMISMATCH','fsGroup':'1'"),
	  "fsGroupChangePolicy" },
	{ "policy with a blank", FS("'fsGroup':'1','fsGroupChangePolicy':'Always '"),
	  "fsGroupChangePolicy" },
	{ "policy with more", FS("'fsGroup':'1','fsGroupChangePolicy':'OnRootMismatchX'"),
	  "fsGroupChangePolicy" },
	{ "policy empty", FS("'fsGroup':'1','fsGroupChangePolicy':''"), "fsGroupChangePolicy" },
};

static void assert_refused(int result, struct direct *d, const struct err *e, const char *name)
{
	check_error(result, e, name);
	direct_clear(d); /* nothing of it is left that could be freed twice */
}

START_TEST(C18_refuses_what_cannot_be_relied_on)
{
	struct direct d = { 0 };
	struct err e = { 0 };

	assert_refused(decode(refused[_i].text, &d, &e), &d, &e, refused[_i].name);
	if (refused[_i].word)
		ck_assert_msg(strstr(e.message, refused[_i].word), "%s: %s", refused[_i].name,
			      e.message);
}
END_TEST

static const char whole[] =
	"{'volume-type':'block','x':[{'y':true}],'device':'\\ud83d\\ude00\xc3\xa9','fstype':'ext4',"
	"'metadata':{'fsGroup':'3000','fsGroupChangePolicy':'Always','z':''},'options':['ro','a']}";

START_TEST(a_document_cut_anywhere_is_refused)
{
	char quoted[sizeof(whole)];
	size_t length = quote(whole, quoted, sizeof(quoted));

	for (size_t n = 0; n <= length; n++) {
		struct direct d = { 0 };
		struct err e = { 0 };
		int result = decode_bytes(quoted, n, &d, &e);

		if (n == length)
			check_ok(result, &e);
		else
			assert_refused(result, &d, &e, "cut");
		direct_clear(&d);
	}
}
END_TEST

START_TEST(a_raw_NUL_anywhere_is_refused)
{
	char quoted[sizeof(whole) + 1], with[sizeof(whole) + 1];
	size_t length = quote(whole, quoted, sizeof(quoted));

	for (size_t at = 0; at <= length; at++) {
		struct direct d = { 0 };
		struct err e = { 0 };

		memcpy(with, quoted, at);
		with[at] = '\0';
		memcpy(with + at + 1, quoted + at, length - at);
		assert_refused(decode_bytes(with, length + 1, &d, &e), &d, &e, "a NUL");
	}
}
END_TEST

/* How a document is brought to a length. */
static const struct {
	const char *name, *before;
	char filler;
	const char *after;
} padded[] = {
	{ "blanks after it", "{" NEEDED "}", ' ', "" },
	{ "blanks before it", "", '\n', "{" NEEDED "}" },
	{ "an unknown key's value", "{" NEEDED ",'x':'", 'x', "'}" },
	{ "a long device", "{'volume-type':'block','fstype':'ext4','device':'", 'd', "'}" },
	{ "a long number", "{" NEEDED ",'x':1", '0', "}" },
};

static void fill(size_t row, char *ret, size_t length)
{
	char before[256], after[256];
	size_t n = quote(padded[row].before, before, sizeof(before)),
	       m = quote(padded[row].after, after, sizeof(after));

	memset(ret, padded[row].filler, length);
	memcpy(ret, before, n);
	memcpy(ret + length - m, after, m);
}

START_TEST(at_most_64_KiB)
{
	static char text[DIRECT_INFO_MAX + 1];
	const char *name = padded[_i].name;
	struct direct d = { 0 };
	struct err e = { 0 };
	int result;

	fill((size_t)_i, text, DIRECT_INFO_MAX);
	result = decode_bytes(text, DIRECT_INFO_MAX, &d, &e);
	ck_assert_msg(result == 0, "%s: %s", name, e.message);
	ck_assert_str_eq(d.fstype, "ext4");
	direct_clear(&d);
	fill((size_t)_i, text, DIRECT_INFO_MAX + 1);
	assert_refused(decode_bytes(text, DIRECT_INFO_MAX + 1, &d, &e), &d, &e, name);
}
END_TEST

/* What is repeated to make a document that is refused, and not for its size. */
static const struct {
	const char *name, *before, *repeated, *after;
	size_t times, times_accepted;
} repeated[] = {
	{ "arrays in an unknown key", "{" NEEDED ",'x':", "[", NULL, 65, 0 },
	{ "arrays without an end", "", "[", "", 60000, 0 },
	{ "objects without an end", "", "{'a':", "", 12000, 0 },
	{ "options", "{" NEEDED ",'options':['ro'", ",'ro'", "]}", JSON_LIMIT, 100 },
};

static size_t repeat(size_t row, size_t times, char *ret)
{
	char *p = ret;

	p += quote(repeated[row].before, p, 4096);
	for (size_t i = 0; i < times; i++)
		p += quote(repeated[row].repeated, p, 4096);
	if (!repeated[row].after) {
		memset(p, ']', times);
		p += times;
		*p++ = '}';
	} else {
		p += quote(repeated[row].after, p, 4096);
	}
	return (size_t)(p - ret);
}

START_TEST(depth_and_number_are_bounded)
{
	static char text[DIRECT_INFO_MAX * 2];
	struct direct d = { 0 };
	struct err e = { 0 };
	size_t times = repeated[_i].times, length = repeat((size_t)_i, times, text);

	ck_assert_uint_le(length, DIRECT_INFO_MAX);
	assert_refused(decode_bytes(text, length, &d, &e), &d, &e, repeated[_i].name);
	times = repeated[_i].times_accepted;
	if (times == 0)
		return;
	e = (struct err){ 0 };
	check_ok(decode_bytes(text, repeat((size_t)_i, times, text), &d, &e), &e);
	ck_assert_uint_eq(d.options.n, times + 1);
	direct_clear(&d);
}
END_TEST

/* ---- direct_open ---- */

static const struct {
	const char *name;
	char type; /* 'd'irectory, 'f'ile, 'p' FIFO, '-' missing, '/' below what is missing */
	unsigned mode;
	uid_t owner;
	int exit_code; /* 0: it is opened; -1: -ENOENT without an error */
} opened[] = {
	{ "as Kata makes it", 'd', 0700, 0, 0 },
	{ "0755", 'd', 0755, 0, 0 },
	{ "missing", '-', 0, 0, -1 },
	{ "its parent is missing", '/', 0, 0, -1 },
	{ "a file", 'f', 0600, 0, EX_IOERR },
	{ "a FIFO", 'p', 0600, 0, EX_IOERR },
	{ "of uid 1000", 'd', 0700, 1000, EX_IOERR },
	{ "writable by its group", 'd', 0770, 0, EX_IOERR },
	{ "writable by others", 'd', 0757, 0, EX_IOERR },
	{ "writable by all, sticky", 'd', 01777, 0, EX_IOERR },
};

static void make(char type, const char *name, unsigned mode, uid_t owner)
{
	if (type == 'd')
		check_directory(name, mode);
	else if (type == 'f')
		check_file(name, "", mode);
	else if (type == 'p')
		ck_assert_int_eq(mkfifo(name, mode), 0);
	if (type != '-')
		ck_assert_int_eq(chown(name, owner, 0), 0);
}

static bool skip_without_root(void)
{
	if (geteuid() != 0)
		printf("skipped, it needs root\n");
	return geteuid() != 0;
}

START_TEST(opens_a_directory_that_only_root_can_write)
{
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };

	if (skip_without_root())
		return;
	check_fresh_directory();
	if (opened[_i].type != '/')
		make(opened[_i].type, "direct", opened[_i].mode, opened[_i].owner);
	fd = direct_open(check_absolute(opened[_i].type == '/' ? "a/direct" : "direct"), &e);
	if (opened[_i].exit_code > 0) {
		check_exit(fd, &e, opened[_i].exit_code, opened[_i].name);
		ck_assert_msg(strstr(e.message, check_absolute("direct")), "%s: %s",
			      opened[_i].name, e.message);
		return;
	}
	ck_assert_msg(e.exit_code == 0, "%s: %s", opened[_i].name, e.message);
	if (opened[_i].exit_code == 0) {
		struct stat st, expected;

		ck_assert_msg(fd >= 0, "%s: %d", opened[_i].name, fd);
		ck_assert_int_eq(fstat(fd, &st) | stat("direct", &expected), 0);
		ck_assert(st.st_ino == expected.st_ino && st.st_dev == expected.st_dev);
		ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	} else {
		ck_assert_msg(fd == -ENOENT, "%s: %d", opened[_i].name, fd);
		ck_assert_msg(access("direct", F_OK) < 0 && access("a", F_OK) < 0, "%s: made",
			      opened[_i].name);
	}
}
END_TEST

/* ---- direct_read ---- */

enum expected { DIRECT, NOT_DIRECT, REFUSED };

/* What there is for the source "/a/b/c". */
static const struct {
	const char *name;
	/* L2EvYi9j: 'd'irectory, 'f'ile, 'p' FIFO, 'l'ink to a good one, '-' missing */
	char directory;
	unsigned directory_mode;
	uid_t directory_owner;
	/* mountInfo.json: 'f'ile, 'e'mpty file, 'b'ig, 's'parse, 'd'irectory, 'l'ink to a good one,
	 * 'L' dangling, 'a' a link to an absolute path, 'p' FIFO, 'P' with a writer, 'u'nix socket,
	 * 'c'haracter and 'B'lock device, '-' missing */
	char file;
	unsigned mode;
	uid_t owner;
	enum expected expected;
} reads[] = {
	{ "as Kata makes it", 'd', 0700, 0, 'f', 0600, 0, DIRECT },
	{ "0755 and 0644", 'd', 0755, 0, 'f', 0644, 0, DIRECT },
	{ "0500 and 0400", 'd', 0500, 0, 'f', 0400, 0, DIRECT },
	{ "none", '-', 0, 0, '-', 0, 0, NOT_DIRECT },
	{ "DI05 a file", 'f', 0600, 0, '-', 0, 0, REFUSED },
	{ "a FIFO", 'p', 0600, 0, '-', 0, 0, REFUSED },
	{ "T67 a link to a good one", 'l', 0, 0, '-', 0, 0, REFUSED },
	{ "a dangling link", 'L', 0, 0, '-', 0, 0, REFUSED },
	{ "a directory of uid 1000", 'd', 0700, 1000, 'f', 0600, 0, REFUSED },
	{ "a directory that its group can write", 'd', 0770, 0, 'f', 0600, 0, REFUSED },
	{ "a directory that others can write", 'd', 0707, 0, 'f', 0600, 0, REFUSED },
	{ "a directory that all can write, sticky", 'd', 01777, 0, 'f', 0600, 0, REFUSED },
	{ "nothing in it", 'd', 0700, 0, '-', 0, 0, REFUSED },
	{ "nothing in one of uid 1000", 'd', 0700, 1000, '-', 0, 0, REFUSED },
	{ "mountInfo.json empty", 'd', 0700, 0, 'e', 0600, 0, REFUSED },
	{ "one byte too large", 'd', 0700, 0, 'b', 0600, 0, REFUSED },
	{ "T67 10 GiB of nothing", 'd', 0700, 0, 's', 0600, 0, REFUSED },
	{ "a directory", 'd', 0700, 0, 'd', 0700, 0, REFUSED },
	{ "T67 a link", 'd', 0700, 0, 'l', 0, 0, REFUSED },
	{ "a dangling link within", 'd', 0700, 0, 'L', 0, 0, REFUSED },
	{ "a link to an absolute path", 'd', 0700, 0, 'a', 0, 0, REFUSED },
	{ "T67 a FIFO within", 'd', 0700, 0, 'p', 0600, 0, REFUSED },
	{ "a FIFO with a writer", 'd', 0700, 0, 'P', 0600, 0, REFUSED },
	{ "a socket", 'd', 0700, 0, 'u', 0600, 0, REFUSED },
	{ "/dev/zero by another name", 'd', 0700, 0, 'c', 0600, 0, REFUSED },
	{ "a block device without driver", 'd', 0700, 0, 'B', 0600, 0, REFUSED },
	{ "a file of uid 1000", 'd', 0700, 0, 'f', 0600, 1000, REFUSED },
	{ "a file that its group can write", 'd', 0700, 0, 'f', 0620, 0, REFUSED },
	{ "a file that others can write", 'd', 0700, 0, 'f', 0602, 0, REFUSED },
	{ "a file that all can write", 'd', 0700, 0, 'f', 0666, 0, REFUSED },
};

#define NAME "L2EvYi9j"
#define INFO "direct/" NAME "/mountInfo.json"

static void make_good(const char *path)
{
	char quoted[256];

	(void)quote("{" NEEDED ",'metadata':{'fsGroup':'3000'},'options':['ro']}", quoted,
		    sizeof(quoted));
	check_file(path, quoted, 0600);
}

static void make_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)strcpy(address.sun_path, path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void make_big(const char *path, off_t size)
{
	make_good(path);
	if (size <= DIRECT_INFO_MAX + 1) {
		cleanup_fd int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

		for (off_t left = size - lseek(fd, 0, SEEK_END); left > 0; left--)
			ck_assert_int_eq(write(fd, " ", 1), 1);
	}
	ck_assert_int_eq(truncate(path, size), 0);
}

static void make_info(char type, unsigned mode, uid_t owner)
{
	if (type == 'f')
		make_good(INFO);
	else if (type == 'b')
		make_big(INFO, DIRECT_INFO_MAX + 1);
	else if (type == 's')
		make_big(INFO, (off_t)10 << 30);
	else if (type == 'l')
		ck_assert_int_eq(symlink("../good/mountInfo.json", INFO), 0);
	else if (type == 'L')
		ck_assert_int_eq(symlink("none", INFO), 0);
	else if (type == 'a')
		ck_assert_int_eq(symlink(check_absolute("direct/good/mountInfo.json"), INFO), 0);
	else if (type == 'u')
		make_socket(INFO);
	else if (type == 'c')
		ck_assert_int_eq(mknod(INFO, S_IFCHR | 0600, makedev(1, 5)), 0);
	else if (type == 'B')
		ck_assert_int_eq(mknod(INFO, S_IFBLK | 0600, makedev(4000, 5)), 0);
	else if (type != '-')
		make(type == 'e' ? 'f' : type == 'P' ? 'p' : type, INFO, mode, 0);
	if (type == 'P') /* until this process ends */
		ck_assert_int_ge(open(INFO, O_RDWR | O_CLOEXEC), 0);
	if (type != '-')
		ck_assert_int_eq(lchown(INFO, owner, 0), 0);
	if (mode)
		ck_assert_int_eq(chmod(INFO, mode), 0);
}

static int open_direct(void)
{
	struct err e = { 0 };
	int fd = direct_open(check_absolute("direct"), &e);

	check_ok(fd, &e);
	return fd;
}

static void make_direct(size_t i)
{
	char type = reads[i].directory;

	check_directory("direct", 0700);
	check_directory("direct/good", 0700);
	make_good("direct/good/mountInfo.json");
	if (type == 'l' || type == 'L') {
		ck_assert_int_eq(symlink(type == 'l' ? "good" : "none", "direct/" NAME), 0);
		return;
	}
	make(type, "direct/" NAME, 0700, 0);
	if (type == 'd')
		make_info(reads[i].file, reads[i].mode, reads[i].owner);
	if (type != '-') {
		ck_assert_int_eq(chown("direct/" NAME, reads[i].directory_owner, 0), 0);
		ck_assert_int_eq(chmod("direct/" NAME, reads[i].directory_mode), 0);
	}
}

static int next_fd(void)
{
	int fd = dup(STDERR_FILENO);

	ck_assert_int_eq(close(fd), 0);
	return fd;
}

START_TEST(what_is_there_is_relied_on_or_refused)
{
	cleanup_with(direct_free) struct direct *d = NULL;
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };
	uint64_t started;
	int result, next;

	if (skip_without_root())
		return;
	check_fresh_directory();
	make_direct((size_t)_i);
	fd = open_direct();
	next = next_fd();
	started = io_now();
	result = direct_read(fd, "/a/b/c", &d, &e);
	ck_assert_msg(io_now() - started < 1000000, "%s: it takes too long", reads[_i].name);
	ck_assert_msg(next_fd() == next, "%s: a descriptor is left open", reads[_i].name);
	if (reads[_i].expected == REFUSED) {
		check_exit(result, &e, EX_IOERR, reads[_i].name);
		ck_assert_msg(!d, "%s: *ret is set", reads[_i].name);
		return;
	}
	ck_assert_msg(result == 0 && e.exit_code == 0, "%s: %d, %s", reads[_i].name, result,
		      e.message);
	ck_assert_msg(!d == (reads[_i].expected == NOT_DIRECT), "%s: %s", reads[_i].name,
		      d ? "direct" : "not direct");
	if (d) {
		ck_assert_str_eq(d->volume_type, "block");
		ck_assert_str_eq(d->device, "/dev/sda");
		ck_assert_str_eq(d->fstype, "ext4");
		assert_options(reads[_i].name, d, "ro");
		ck_assert_uint_eq(d->fs_group, 3000);
		ck_assert_str_eq(d->fs_group_change_policy, "Always");
	}
}
END_TEST

static void make_text(const char *text)
{
	char quoted[4096];

	(void)quote(text, quoted, sizeof(quoted));
	check_directory("direct", 0700);
	check_directory("direct/" NAME, 0700);
	check_file(INFO, quoted, 0600);
}

START_TEST(every_refused_document_is_exit_74)
{
	cleanup_with(direct_free) struct direct *d = NULL;
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };

	check_fresh_directory();
	make_text(refused[_i].text);
	fd = open_direct();
	check_exit(direct_read(fd, "/a/b/c", &d, &e), &e, EX_IOERR, refused[_i].name);
	ck_assert_ptr_null(d);
}
END_TEST

START_TEST(every_accepted_document_is_read)
{
	cleanup_with(direct_free) struct direct *d = NULL;
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };

	check_fresh_directory();
	make_text(accepted[_i].text);
	fd = open_direct();
	check_ok(direct_read(fd, "/a/b/c", &d, &e), &e);
	ck_assert_ptr_nonnull(d);
	assert_accepted((size_t)_i, d);
}
END_TEST

/* Other names for a source than Kata's: nothing of them counts, good or bad. */
static const struct {
	const char *name, *source;
	const char *directories[4];
} variants[] = {
	{ "T67 unpadded", "/a", { "L2E" } },
	{ "T67 half of the padding", "/", { "Lw=", "Lw" } },
	{ "T67 the standard alphabet's digit 62", "/a>", { "L2E+" } },
	{ "T67 the standard alphabet's digit 63", "/\xfb\xff\xbf", { "L", "L/v", "L/v/vw==" } },
	{ "other letter case", "/a/b/c", { "l2evyi9j", "L2EVYI9J" } },
	{ "the path itself", "a", { "a" } },
	{ "bits set behind the last byte", "/", { "Lx==" } },
	{ "the clean path of another text", "/a//b/c", { NAME } },
	{ "no name at all", "", { "x" } },
	{ "a name that is too long", "/" L180 "012345678", { "x" } },
	{ "a long path", "/" L180 L180 L180 L180 L180 L180 L180 L180, { "x" } },
};

START_TEST(other_names_do_not_count)
{
	cleanup_with(direct_free) struct direct *d = NULL;
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };
	char path[128];

	check_fresh_directory();
	check_directory("direct", 0700);
	/* what a lookup of an empty name would find */
	check_file("direct/mountInfo.json", "{}", 0600);
	for (size_t i = 0; i < ARRAY_SIZE(variants[_i].directories); i++) {
		if (!variants[_i].directories[i])
			break;
		(void)snprintf(path, sizeof(path), "direct/%s", variants[_i].directories[i]);
		check_directory(path, 0700);
		(void)strcat(path, "/mountInfo.json");
		make_good(path);
	}
	fd = open_direct();
	check_ok(direct_read(fd, variants[_i].source, &d, &e), &e);
	ck_assert_msg(!d, "%s: direct", variants[_i].name);
	ck_assert_int_eq(e.exit_code, 0);
}
END_TEST

START_TEST(without_a_directory_nothing_is_direct)
{
	cleanup_with(direct_free) struct direct *d = NULL;
	struct err e = { 0 };

	ck_assert_int_eq(direct_read(-ENOENT, "/a/b/c", &d, &e), 0);
	ck_assert_int_eq(direct_read(-EBADF, "/a/b/c", &d, &e), 0);
	ck_assert_ptr_null(d);
	ck_assert_int_eq(e.exit_code, 0);
	direct_free(&d); /* of nothing */
}
END_TEST

/* Kata leaves an empty file named after the sandbox beside it. */
START_TEST(other_files_in_the_directory_do_not_matter)
{
	cleanup_with(direct_free) struct direct *d = NULL;
	cleanup_fd int fd = -EBADF;
	struct err e = { 0 };

	check_fresh_directory();
	check_directory("direct", 0700);
	check_directory("direct/" NAME, 0700);
	make_good(INFO);
	check_file("direct/" NAME "/0a7c8b1e-sandbox", "", 0644);
	check_file("direct/" NAME "/MountInfo.json", "{}", 0666);
	fd = open_direct();
	check_ok(direct_read(fd, "/a/b/c", &d, &e), &e);
	ck_assert_ptr_nonnull(d);
	direct_free(&d);
	ck_assert_ptr_null(d);
}
END_TEST

/* Out of descriptors it is an error, never "not direct". */
START_TEST(what_the_system_cannot_serve_is_no_answer)
{
	cleanup_fd int fd = -EBADF;
	bool read_once = false;

	check_fresh_directory();
	make_text("{" NEEDED "}");
	fd = open_direct();
	for (int more = 0; more < 6 && !read_once; more++) {
		struct rlimit limit = { .rlim_max = 1024 };
		struct direct *d = NULL;
		struct err e = { 0 };
		int result, n = next_fd();

		limit.rlim_cur = (rlim_t)(n + more);
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
		result = direct_read(fd, "/a/b/c", &d, &e);
		limit.rlim_cur = limit.rlim_max;
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
		ck_assert_int_eq(next_fd(), n);
		if (result < 0)
			check_error(result, &e, "out of descriptors");
		else
			ck_assert_msg(d, "%d descriptors more: not direct", more);
		ck_assert_msg(more > 0 || result < 0, "read without a descriptor");
		read_once = result == 0;
		direct_free(&d);
	}
	ck_assert(read_once);
}
END_TEST

START_TEST(out_of_descriptors_the_directory_is_not_missing)
{
	struct rlimit limit = { .rlim_max = 1024 };
	struct err e = { 0 };
	const char *path;
	int fd;

	check_fresh_directory();
	check_directory("direct", 0700);
	path = check_absolute("direct");
	limit.rlim_cur = (rlim_t)next_fd();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	fd = direct_open(path, &e);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	check_error(fd, &e, "out of descriptors");
}
END_TEST

/* Of a user who may not read it. */
static const struct {
	const char *name;
	unsigned directory, file;
	int exit_code;
} unreadable[] = {
	{ "control", 0700, 0600, 0 },
	{ "mountInfo.json", 0700, 0200, EX_IOERR },
	{ "its directory", 0600, 0600, EX_IOERR },
};

/* In the child, as that user. 0: as it should be. */
static int read_as_user(int fd, int exit_code)
{
	struct direct *d = NULL;
	struct err e = { 0 };
	int result;

	if (setresgid(1000, 1000, 1000) < 0 || setresuid(1000, 1000, 1000) < 0)
		return 42;
	result = direct_read(fd, "/a/b/c", &d, &e);
	if (exit_code == 0)
		return result == 0 && d ? 0 : 1;
	return result < 0 && e.exit_code == exit_code && !d ? 0 : 2;
}

START_TEST(what_may_not_be_read_is_refused)
{
	int fd, status;
	pid_t child;

	if (skip_without_root())
		return;
	check_fresh_directory();
	make_text("{" NEEDED "}");
	fd = open_direct();
	ck_assert_int_eq(chown(INFO, 1000, 1000) | chmod(INFO, unreadable[_i].file), 0);
	ck_assert_int_eq(chown("direct/" NAME, 1000, 1000), 0);
	ck_assert_int_eq(chmod("direct/" NAME, unreadable[_i].directory), 0);
	ck_assert_int_eq(chown("direct", 1000, 1000), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(read_as_user(fd, unreadable[_i].exit_code));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: status %d",
		      unreadable[_i].name, status);
}
END_TEST

int main(void)
{
	const struct check_case cases[] = {
		{ C18_names_are_base64url_padded, ARRAY_SIZE(names) },
		{ names_lead_back_to_the_source, 0 },
		{ C18_decodes, ARRAY_SIZE(accepted) },
		{ C18_refuses_what_cannot_be_relied_on, ARRAY_SIZE(refused) },
		{ a_document_cut_anywhere_is_refused, 0 },
		{ a_raw_NUL_anywhere_is_refused, 0 },
		{ at_most_64_KiB, ARRAY_SIZE(padded) },
		{ depth_and_number_are_bounded, ARRAY_SIZE(repeated) },
		{ opens_a_directory_that_only_root_can_write, ARRAY_SIZE(opened) },
		{ what_is_there_is_relied_on_or_refused, ARRAY_SIZE(reads) },
		{ every_refused_document_is_exit_74, ARRAY_SIZE(refused) },
		{ every_accepted_document_is_read, ARRAY_SIZE(accepted) },
		{ other_names_do_not_count, ARRAY_SIZE(variants) },
		{ without_a_directory_nothing_is_direct, 0 },
		{ other_files_in_the_directory_do_not_matter, 0 },
		{ what_the_system_cannot_serve_is_no_answer, 0 },
		{ out_of_descriptors_the_directory_is_not_missing, 0 },
		{ what_may_not_be_read_is_refused, ARRAY_SIZE(unreadable) },
		{ 0 },
	};

	return check_main("direct", cases);
}
