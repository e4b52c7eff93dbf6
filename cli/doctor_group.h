/* doctor: a check, run in a process of its own, so that a filesystem that does not answer hangs
 * that process and not the tool. */
#pragma once

#include "cli/doctor_report.h"

struct doctor_check {
	const char *group;
	void (*run)(struct doctor *d);
};

/* Run it and add what it says, within 5 s. That it cannot be run, does not answer or ends early is
 * a finding too; an error is only -ENOMEM. */
int doctor_group(const struct doctor_check *check, const struct doctor *d, struct doctor_report *r,
		 struct err *e) must_use;
