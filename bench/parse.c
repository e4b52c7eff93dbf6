/* parse: read a file through yajl, with callbacks that do nothing: what a JSON parser alone costs.
 *
 *	parse <FILE
 *
 *	cc -O2 parse.c -lyajl */
#include <unistd.h>
#include <yajl/yajl_parse.h>

static int nothing(void *context)
{
	(void)context;
	return 1;
}

static int boolean(void *context, int value)
{
	(void)value;
	return nothing(context);
}

static int number(void *context, const char *text, size_t length)
{
	(void)text;
	(void)length;
	return nothing(context);
}

static int string(void *context, const unsigned char *text, size_t length)
{
	(void)text;
	(void)length;
	return nothing(context);
}

static const yajl_callbacks callbacks = {
	.yajl_null = nothing,
	.yajl_boolean = boolean,
	.yajl_number = number,
	.yajl_string = string,
	.yajl_start_map = nothing,
	.yajl_map_key = string,
	.yajl_end_map = nothing,
	.yajl_start_array = nothing,
	.yajl_end_array = nothing,
};

int main(void)
{
	static unsigned char buffer[16384];
	yajl_handle parser = yajl_alloc(&callbacks, NULL, NULL);
	ssize_t n;

	while ((n = read(0, buffer, sizeof(buffer))) > 0)
		if (yajl_parse(parser, buffer, (size_t)n) != yajl_status_ok)
			return 1;
	return n < 0 || yajl_complete_parse(parser) != yajl_status_ok;
}
