/* Advisory locks that are waited for, but not for ever. They end with the descriptor. */
#pragma once

#include <sys/types.h>

#include "common/err.h"

enum { LOCK_WHOLE = -1 };

/* Lock one byte of a file that is open for writing (OFD lock), or LOCK_WHOLE of a file or directory
 * (flock), waiting at most 'wait_ms'; 'name' is for messages. -EAGAIN, exit 75: another has it. */
int lock_take(int fd, off_t byte, unsigned wait_ms, const char *name, struct err *e) must_use;
void lock_drop(int fd, off_t byte);
