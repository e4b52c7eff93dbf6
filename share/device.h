/* What stands behind a published mount: block device, device mapper, the parts of an overlay. For
 * the host only. */
#pragma once

#include <stdbool.h>

#include "share/facts.h"

struct device {
	/* of the device itself for device nodes, else of the filesystem's superblock; of a btrfs
	 * with one device, whose superblock has a number of no device, that device's */
	uint32_t major, minor;
	bool block_device; /* a whole block-backed filesystem: see device_measure() */
	bool device_mapper;
};

/* 'block_device' is true only where the source is the root of its mount, that mount shows the root
 * of its superblock, the superblock's device is a block device in 'sys' (a directory with
 * dev/block/ and fs/btrfs/, /sys on a host), and no other mount of this namespace has it. So an
 * empty directory on the host's disk is none (CVE-2026-24054). */
int device_measure(struct facts_context *c, int sys, const struct facts *f, struct device *ret,
		   struct err *e) must_use;

/* The value of an option of an overlay's mount ("lowerdir", "upperdir", "workdir"), with a NUL;
 * NULL: there is none, or no memory. The caller frees it. */
char *device_overlay_option(const char *options, const char *name) must_use;
