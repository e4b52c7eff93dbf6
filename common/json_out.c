/* C to JSON. */
#include <string.h>
#include <yajl/yajl_gen.h>

#include "common/json.h"
#include "common/json_memory.h"
#include "common/str.h"

struct json_out {
	struct json_memory memory;
	yajl_gen gen;
	int error; /* the first, an errno; 0: none yet */
};

/* Once there was an error, nothing more is written. */
#define generate(out, call)                            \
	do {                                           \
		if ((out)->error != 0)                 \
			break;                         \
		if (!JSON_TRY(&(out)->memory))         \
			(out)->error = ENOMEM;         \
		else if ((call) != yajl_gen_status_ok) \
			(out)->error = EINVAL;         \
	} while (false)

/* false: no memory. */
static bool start(struct json_out *out, bool beautify)
{
	json_memory_init(&out->memory);
	if (!JSON_TRY(&out->memory))
		return false;
	out->gen = yajl_gen_alloc(&out->memory.functions);
	if (beautify)
		(void)yajl_gen_config(out->gen, yajl_gen_beautify,
				      1); /* cannot fail for this option */
	return true;
}

struct json_out *json_out_new(bool beautify)
{
	struct json_out *out = calloc(1, sizeof(*out));

	if (out && !start(out, beautify)) {
		free(out);
		return NULL;
	}
	return out;
}

void json_out_free(struct json_out **out)
{
	if (*out) {
		yajl_gen_free((*out)->gen);
		free(*out);
	}
	*out = NULL;
}

/* Names of mounts and their options come from the kernel, which does not promise UTF-8; what is not
 * is replaced. NULL: no memory. */
static char *replace_invalid(const char *text, size_t left)
{
	char *clean = malloc(3 * left + 1), *p = clean;

	while (clean && left > 0) {
		size_t n = str_utf8_length(text, left);

		memcpy(p, n > 0 ? text : "\xef\xbf\xbd", n > 0 ? n : 3);
		p += n > 0 ? n : 3;
		n += n == 0;
		text += n;
		left -= n;
	}
	if (clean)
		*p = '\0';
	return clean;
}

static bool is_valid(const char *text, size_t left)
{
	size_t n = 1;

	for (; left > 0 && n > 0; text += n, left -= n)
		n = (unsigned char)*text < 0x80 ? 1 : str_utf8_length(text, left);
	return n > 0;
}

static void put_valid(struct json_out *out, const char *text, size_t length)
{
	generate(out, yajl_gen_string(out->gen, (const unsigned char *)text, length));
}

static void put_text(struct json_out *out, const char *text)
{
	cleanup_free char *clean = NULL;
	size_t length = strlen(text);

	if (is_valid(text, length)) {
		put_valid(out, text, length);
		return;
	}
	clean = replace_invalid(text, length);
	if (clean)
		put_valid(out, clean, strlen(clean));
	else if (out->error == 0)
		out->error = ENOMEM;
}

static void put_key(struct json_out *out, const char *key)
{
	if (key)
		put_valid(out, key, strlen(key));
}

void json_open(struct json_out *out, const char *key)
{
	put_key(out, key);
	generate(out, yajl_gen_map_open(out->gen));
}

void json_close(struct json_out *out)
{
	generate(out, yajl_gen_map_close(out->gen));
}

void json_open_array(struct json_out *out, const char *key)
{
	put_key(out, key);
	generate(out, yajl_gen_array_open(out->gen));
}

void json_close_array(struct json_out *out)
{
	generate(out, yajl_gen_array_close(out->gen));
}

void json_string(struct json_out *out, const char *key, const char *value)
{
	if (!value)
		return;
	put_key(out, key);
	put_text(out, value);
}

void json_integer(struct json_out *out, const char *key, int64_t value)
{
	put_key(out, key);
	generate(out, yajl_gen_integer(out->gen, value));
}

void json_boolean(struct json_out *out, const char *key, bool value)
{
	put_key(out, key);
	generate(out, yajl_gen_bool(out->gen, value));
}

int json_out_take(struct json_out *out, const char **ret_text, size_t *ret_length, struct err *e)
{
	const unsigned char *text;

	if (!out || out->error == ENOMEM)
		return err_nomem(e);
	if (out->error || yajl_gen_get_buf(out->gen, &text, ret_length) != yajl_gen_status_ok)
		return err_set(e, EX_SOFTWARE, EINVAL, "write JSON");
	*ret_text = (const char *)text;
	return 0;
}
