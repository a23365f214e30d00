/* SPDX-License-Identifier: MIT */
#include "go_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "go_time.h"

static const int64_t DAY = 86400;

/* Days are counted from 0000-03-01 in eras of 400 years; the epoch of time.Time is 0001-01-01. */
static const int64_t DAYS_BEFORE = 306;
static const int64_t ERA = 146097;

static int64_t divide_down(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

struct date {
	int64_t year;
	int month, day;
};

/*
 * Converts days since 0001-01-01 to a date of the proleptic Gregorian calendar. The computation lets a year
 * begin in March, so that the leap day is its last day.
 */
static struct date date_of(int64_t days)
{
	int64_t era = divide_down(days + DAYS_BEFORE, ERA);
	int64_t day = days + DAYS_BEFORE - era * ERA;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
	int month = (int)((5 * day_of_year + 2) / 153);

	return (struct date){
		.year = year + era * 400 + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
	};
}

static size_t put_date(uint64_t wall, int64_t second, const char *zone, char *text)
{
	int64_t rest = (second % DAY + DAY) % DAY;
	struct date date = date_of(divide_down(second, DAY));

	return snprintf(text, GO_TEXT_SIZE, "%s%04lld-%02d-%02dT%02d:%02d:%02d.%09u%s",
			date.year < 0 ? "-" : "", llabs(date.year), date.month, date.day,
			(int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60),
			(unsigned int)go_time_fraction(wall), zone);
}

size_t go_time_text(uint64_t wall, int64_t ext, char text[static GO_TEXT_SIZE])
{
	return put_date(wall, go_time_seconds(wall, ext), "Z", text);
}

size_t go_time_zoned_text(uint64_t wall, int64_t ext, int64_t offset,
			  char text[static GO_TEXT_SIZE])
{
	int64_t second = go_time_seconds(wall, ext);
	int minutes = (int)(offset / 60);
	char zone[16];

	if (offset == 0 || offset % 60 || offset <= -DAY || offset >= DAY ||
	    __builtin_add_overflow(second, offset, &second))
		return go_time_text(wall, ext, text);
	snprintf(zone, sizeof(zone), "%c%02d:%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60 % 24,
		 abs(minutes) % 60);
	return put_date(wall, second, zone, text);
}

/* Writes `value` in units of `unit`, with a fraction that has no trailing zeros, and the name of the unit. */
static size_t put_fraction(char *text, uint64_t value, uint64_t unit, const char *name)
{
	char digits[24] = "";
	uint64_t fraction = value % unit;
	size_t used = 0;

	for (uint64_t place = unit / 10; fraction && place; place /= 10) {
		digits[used++] = '0' + fraction / place;
		fraction %= place;
	}
	return snprintf(text, 40, "%llu%s%s%s", (unsigned long long)(value / unit), used ? "." : "",
			digits, name);
}

size_t go_duration_text(int64_t nanoseconds, char text[static GO_TEXT_SIZE])
{
	static const uint64_t MICRO = 1000, MILLI = 1000000, SECOND = 1000000000;
	uint64_t value = nanoseconds < 0 ? -(uint64_t)nanoseconds : (uint64_t)nanoseconds;
	uint64_t minutes = value / (60 * SECOND);
	size_t used = nanoseconds < 0 ? snprintf(text, 2, "-") : 0;

	if (value == 0)
		return snprintf(text, GO_TEXT_SIZE, "0s");
	if (value < MICRO)
		return used + put_fraction(text + used, value, 1, "ns");
	if (value < MILLI)
		return used + put_fraction(text + used, value, MICRO, "µs");
	if (value < SECOND)
		return used + put_fraction(text + used, value, MILLI, "ms");
	if (minutes >= 60)
		used += snprintf(text + used, 24, "%lluh", (unsigned long long)(minutes / 60));
	if (minutes)
		used += snprintf(text + used, 24, "%dm", (int)(minutes % 60));
	return used + put_fraction(text + used, value % (60 * SECOND), SECOND, "s");
}

static double float_of(uint64_t bits, uint8_t size)
{
	uint32_t low = (uint32_t)bits;
	float single;
	double value;

	if (size == 4) {
		memcpy(&single, &low, sizeof(single));
		return single;
	}
	memcpy(&value, &bits, sizeof(value));
	return value;
}

static bool reads_back(const char *text, double value, uint8_t size)
{
	return size == 4 ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

bool go_float_text(uint64_t bits, uint8_t size, char text[static GO_TEXT_SIZE])
{
	double value = float_of(bits, size);
	int most = size == 4 ? 9 : 17;

	if (isnan(value) || isinf(value)) {
		snprintf(text, GO_TEXT_SIZE, "%s",
			 isnan(value) ? "NaN" :
			 value > 0    ? "+Inf" :
					"-Inf");
		return false;
	}
	for (int digits = 1; digits <= most; digits++) {
		snprintf(text, GO_TEXT_SIZE, "%.*g", digits, value);
		if (reads_back(text, value, size))
			break;
	}
	return true;
}
