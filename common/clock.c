/* The time of day as text. */
#include "common/clock.h"

#include <stdio.h>
#include <time.h>

void clock_utc(int64_t seconds, char ret[CLOCK_UTC_SIZE])
{
	int64_t days = seconds / 86400, rest = seconds % 86400, era, day_of_era, year_of_era, day,
		month;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	/* Years that begin in March, in eras of 400: the leap day is a year's last day then. Day 0
	 * of the eras is the first of March of the year 0, 719468 days before 1970. */
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day_of_era = days - era * 146097;
	year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	day = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day + 2) / 153; /* 0: March */
	day -= (153 * month + 2) / 5;
	month += month < 10 ? 3 : -9;
	(void)snprintf(ret, CLOCK_UTC_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		       (unsigned)(year_of_era + era * 400 + (month <= 2)), (unsigned)month,
		       (unsigned)day + 1, (unsigned)(rest / 3600), (unsigned)(rest / 60 % 60),
		       (unsigned)(rest % 60)); /* fits */
}

/* Days from 1970 to a day; the year begins in March, as above. */
static int64_t days_to(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted = month > 2 ? month - 3 : month + 9;

	/* an era later, so that nothing below 0 is divided: the year 0 begins in March as well */
	year += 400 - (month <= 2);
	return year * 365 + year / 4 - year / 100 + year / 400 + (153 * shifted + 2) / 5 + day - 1 -
	       719468 - 146097;
}

bool clock_parse_utc(const char *text, int64_t *ret)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	int64_t parts[6] = { 0 };
	size_t part = 0;

	for (size_t i = 0; i < sizeof(form); i++) {
		if (form[i] != 'd' && text[i] != form[i])
			return false;
		if (form[i] != 'd')
			part++;
		else if (text[i] >= '0' && text[i] <= '9')
			parts[part] = parts[part] * 10 + (text[i] - '0');
		else
			return false;
	}
	*ret = days_to(parts[0], parts[1], parts[2]) * 86400 + parts[3] * 3600 + parts[4] * 60 +
	       parts[5];
	return true;
}

void clock_utc_now(char ret[CLOCK_UTC_SIZE])
{
	clock_utc(time(NULL), ret);
}
