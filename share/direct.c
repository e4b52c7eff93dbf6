/* Direct-assigned volumes. */
#include "share/direct.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "common/at.h"

int direct_name(const char *source, char ret[DIRECT_NAME_SIZE])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t length = strlen(source), used = 0;

	if ((length + 2) / 3 * 4 >= DIRECT_NAME_SIZE)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < length; i += 3) {
		uint32_t group = (uint32_t)(unsigned char)source[i] << 16;

		if (i + 1 < length)
			group |= (uint32_t)(unsigned char)source[i + 1] << 8;
		if (i + 2 < length)
			group |= (unsigned char)source[i + 2];
		ret[used++] = digits[group >> 18];
		ret[used++] = digits[group >> 12 & 63];
		ret[used++] = i + 1 < length ? digits[group >> 6 & 63] : '=';
		ret[used++] = i + 2 < length ? digits[group & 63] : '=';
	}
	ret[used] = '\0';
	return 0;
}

int direct_is_assigned(int dirfd, const char *source)
{
	cleanup_fd int directory = -EBADF, file = -EBADF;
	char name[DIRECT_NAME_SIZE];

	if (dirfd < 0 || direct_name(source, name) < 0)
		return 0;
	directory = at_try(dirfd, name, O_PATH | O_DIRECTORY, AT_OURS);
	if (directory < 0)
		return 0;
	file = at_try(directory, "mountInfo.json", O_PATH | O_NOFOLLOW, RESOLVE_BENEATH);
	return file >= 0;
}
