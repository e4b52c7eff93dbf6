/* doctor: what all checks found, in order, and how it is printed. */
#pragma once

#include "cli/doctor.h"

struct doctor_report {
	struct doctor_finding {
		const char *group;
		enum doctor_level level;
		char *message, *remedy; /* a remedy is there unless the level is ok */
	} * items;
	size_t n;
};

/* Texts are copied. */
int doctor_report_add(struct doctor_report *r, const char *group, enum doctor_level level,
		      const char *message, struct err *e) must_use;

/* Of the last finding. -EINVAL: there is none. */
int doctor_report_remedy(struct doctor_report *r, const char *remedy, struct err *e) must_use;

/* Exit 69 where there is a warning or a problem. */
int doctor_report_print(const struct doctor_report *r, bool json, struct err *e) must_use;

void doctor_report_free(struct doctor_report *r);
