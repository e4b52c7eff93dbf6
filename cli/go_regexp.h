/* Go's regular expressions (package regexp, RE2's syntax), as engines match hooks by them: not
 * anchored, case counts, '$' is the end of the text alone. Matched by PCRE2, to whose syntax a
 * pattern is translated; go_regexp.c alone knows PCRE2.
 *
 * What Go refuses is refused: look-around, atomic groups, possessive and stacked quantifiers,
 * backreferences, conditions, comments, \C, \Z, \G, \K, \R, \X, \h, \N, \q and other letters, {n}
 * with n above 1000. Where the two differ still:
 *
 * - \p{...}: Unicode's tables are PCRE2's, those of Go may be of another version; a class that only
 *   Go knows by that name is refused here, and PCRE2's own (\p{Any}, \p{Xan}) are taken. Go 1.25
 *   and later ignore letter case, blanks, '-' and '_' in it; that is refused, as older ones do.
 * - (x{100}){100} and the like: Go refuses nested counts of more than 1000 in all.
 * - (?<name>...) is taken; Go knows it since 1.22. Names of other scripts than Latin are refused.
 * - Text that is not UTF-8 is refused here; Go takes each bad byte as U+FFFD.
 * - A match that needs too many steps (GO_REGEXP_STEPS) is given up here; Go always comes to an
 * end. */
#pragma once

#include "common/err.h"

enum { GO_REGEXP_MAX = 1 << 16, GO_REGEXP_STEPS = 1000000 };

/* Whether Go would take the pattern. Exit 65: it would not, and why. */
int go_regexp_check(const char *pattern, struct err *e) must_use;

/* Whether some part of the text matches: 1, or 0. */
int go_regexp_match(const char *pattern, const char *text, struct err *e) must_use;
