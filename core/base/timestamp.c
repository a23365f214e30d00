/* SPDX-License-Identifier: MIT */
#include "timestamp.h"

#include <time.h>

static const int64_t SECOND = 1000000000;

static void format_second(struct timestamp *timestamp, int64_t second)
{
	time_t time = second;
	struct tm date;

	gmtime_r(&time, &date);
	strftime(timestamp->text, sizeof(timestamp->text), "%Y-%m-%dT%H:%M:%S.000000000Z", &date);
	timestamp->second = second;
}

const char *timestamp_format(struct timestamp *timestamp, int64_t nanoseconds)
{
	int64_t second = nanoseconds / SECOND;
	int64_t fraction = nanoseconds % SECOND;

	if (fraction < 0) {
		fraction += SECOND;
		second--;
	}
	if (timestamp->second != second || timestamp->text[0] == '\0')
		format_second(timestamp, second);
	for (char *digit = timestamp->text + TIMESTAMP_SIZE - 2; *digit != '.'; digit--) {
		*digit = '0' + fraction % 10;
		fraction /= 10;
	}
	return timestamp->text;
}
