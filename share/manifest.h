/* The plan written down: for consumers as share.json, for the host in the record. */
#pragma once

#include "common/json.h"
#include "share/plan.h"

enum manifest_audience {
	MANIFEST_CONSUMER, /* no host path, no filesystem-specific mount option */
	MANIFEST_HOST,	   /* all of it */
};

/* Write rootfs and volumes into the object that is open in 'out'. 'sys': see device_measure(). */
int manifest_put(struct json_out *out, struct facts_context *c, int sys, const struct plan *plan,
		 enum manifest_audience audience, struct err *e) must_use;

/* The whole share.json. */
int manifest_text(struct json_out *out, struct facts_context *c, const struct plan *plan,
		  struct err *e) must_use;
