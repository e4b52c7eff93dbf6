/* Files that are read after an engine's own settings. */
#pragma once

#include "cli/toml.h"

enum { DROP_INS_MAX = 1024, DROP_INS_DEPTH = 8 };

/* Add to 'ret' the paths of the files in 'directory', which may be missing, in the order in which
 * the engine reads them: that of Go's filepath.Walk, which sorts each directory by itself and
 * follows no link to a directory. 'all': whatever their names, and in directories below; else
 * *.conf. What is no regular file is there too, since the engine fails to read it. -E2BIG: more
 * than DROP_INS_MAX names, or deeper than DROP_INS_DEPTH. */
int drop_ins_find(int root, const char *directory, bool all, struct toml_strings *ret,
		  struct err *e) must_use;
