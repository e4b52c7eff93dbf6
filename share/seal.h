/* The sealed share: a detached tmpfs with placeholders, into which shaped clones are attached, made
 * read-only at the end and published by one move. It is gone with its descriptor until then. */
#pragma once

#include "share/sharedir.h"

/* The source of a sealed tmpfs is SEAL_PREFIX <id> ":" <nonce>. */
#define SEAL_PREFIX "oci-share:"

enum { SEAL_SOURCE_SIZE = sizeof(SEAL_PREFIX) + OCI_ID_MAX + 32, SEAL_NAME_SIZE = 16 };

struct seal {
	int fd;
	const struct sharedir *sd;
	int proc;
	char source[SEAL_SOURCE_SIZE];
	const char *id, *context;
	bool assembling;		/* a tree could be put together so far */
	bool staged;			/* it had to be attached below stage/ */
	char directory[SEAL_NAME_SIZE]; /* made last */
	struct at_id tmpfs;
	uint64_t id_now;   /* its mount's, as at_statx() has it */
	uint64_t mount_id; /* the same; 0: the kernel reuses its ids */
};

#define SEAL_INIT            \
	{                    \
		.fd = -EBADF \
	}

void seal_source(char ret[SEAL_SOURCE_SIZE], const char *id, const char *nonce);

/* Id and nonce, which is a part of 'source', of what a mount table shows; false: it is no seal. */
bool seal_parse(const char *fstype, const char *source, char ret_id[OCI_ID_MAX + 1],
		const char **ret_nonce);

/* A seal whose tmpfs is not made yet; what is given must outlive it. 'context': SELinux's; NULL or
 * empty: none. */
void seal_init(struct seal *ret, const struct sharedir *sd, int proc, const char *id,
	       const char *nonce, const char *context);

/* Make the tmpfs, where seal_add() and seal_finish() have not done so yet. */
int seal_open(struct seal *seal, struct err *e) must_use;

/* Make a placeholder, "rootfs" or "volumes/3", and attach the shaped clone there. */
int seal_add(struct seal *seal, int clone, const char *path, bool directory,
	     struct err *e) must_use;

/* Write share.json and make the tmpfs read-only. */
int seal_finish(struct seal *seal, const char *manifest, size_t length, struct err *e) must_use;

/* Publish it at 'target', an O_PATH directory below export/. */
int seal_publish(struct seal *seal, int target, struct err *e) must_use;

/* Dissolve what was not published. */
void seal_close(struct seal *seal);
