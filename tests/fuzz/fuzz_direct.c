/* A mountInfo.json. */
#include <stdio.h>
#include <string.h>

#include "common/str.h"
#include "share/direct.h"
#include "tests/fuzz/fuzz.h"

static const struct json_field fields[] = {
	FUZZ_FIELD(direct, "volume-type", JSON_STRING, volume_type),
	FUZZ_FIELD(direct, "device", JSON_STRING, device),
	FUZZ_FIELD(direct, "fstype", JSON_STRING, fstype),
	FUZZ_FIELD(direct, "options", JSON_STRINGS, options),
	FUZZ_FIELD(direct, "metadata", JSON_MAP, metadata),
	{ 0 },
};

static void check_group(const struct direct *d)
{
	const char *group = direct_metadata(d, DIRECT_FS_GROUP),
		   *change = direct_metadata(d, DIRECT_FS_GROUP_CHANGE_POLICY);
	char number[16];

	fuzz_assert(!group == (d->fs_group == 0));
	fuzz_assert(!group == !d->fs_group_change_policy);
	if (!group)
		return;
	(void)snprintf(number, sizeof(number), "%u", d->fs_group);
	fuzz_assert(str_equal(group + strspn(group, "0"), number));
	fuzz_assert(str_in_words("Always OnRootMismatch", d->fs_group_change_policy));
	fuzz_assert(str_equal(d->fs_group_change_policy, change ? change : "Always"));
}

void fuzz_direct(const uint8_t *data, size_t size)
{
	cleanup_with(direct_clear) struct direct d = { 0 }, again = { 0 };
	struct err e = { 0 };
	int result = direct_decode(fuzz_fd(data, size), &d, &e);

	if (result < 0) {
		fuzz_check_error(result, &e);
		fuzz_assert(e.exit_code == EX_IOERR && !d.device && !d.metadata.items);
		return;
	}
	fuzz_assert(fuzz_is_json(data, size));
	check_group(&d);
	fuzz_assert(direct_decode(fuzz_encode(fields, &d, false), &again, &e) == 0);
	fuzz_check_same(fields, &d, &again);
	fuzz_assert(d.fs_group == again.fs_group);
	fuzz_check_same_text(d.fs_group_change_policy, again.fs_group_change_policy);
}
