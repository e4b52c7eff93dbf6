/* Subpaths of volumes into a share. For build.c. */
#pragma once

#include "share/builder.h"

/* After all volumes: open, measure, plan and add every subpath; those whose directories have to be
 * made come last, when nothing else can be refused any more. */
int build_subpaths(struct builder *b, struct err *e) must_use;
