/* SPDX-License-Identifier: MIT */
#include "option_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int option_check_text(const char *option, const char *text, const char *what, struct error *err)
{
	if (*text)
		return 0;
	return error_fail(err, -EINVAL, "%s '': %s is expected", option, what);
}

int option_count(const char *option, const char *text, uint64_t least, uint64_t most,
		 uint64_t *ret_value, struct error *err)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || errno || *end || value < least || value > most)
		return error_fail(err, -EINVAL,
				  "%s %s: a whole number from %llu to %llu is expected", option,
				  text, (unsigned long long)least, (unsigned long long)most);
	*ret_value = value;
	return 0;
}

int option_duration(const char *option, const char *text, uint64_t *ret_milliseconds,
		    struct error *err)
{
	static const struct {
		const char *name;
		double milliseconds;
	} units[] = { { "", 1e3 }, { "ms", 1 }, { "s", 1e3 }, { "m", 60e3 }, { "h", 3600e3 } };
	/* strtod() would also accept hexadecimal numbers and exponents. */
	size_t digits = strspn(text, "0123456789.");
	char *end;
	double value = strtod(text, &end);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		double milliseconds = value * units[i].milliseconds;

		if (end == text + digits && strcmp(end, units[i].name) == 0 && *text != '.' &&
		    milliseconds >= 1 && milliseconds < 1e15) {
			*ret_milliseconds = (uint64_t)milliseconds;
			return 0;
		}
	}
	return error_fail(err, -EINVAL, "%s %s: a time is expected: 10, 10s, 500ms, 5m, 1h", option,
			  text);
}

int option_size(const char *option, const char *text, uint64_t least, uint64_t *ret_bytes,
		struct error *err)
{
	static const char units[] = "KMG";
	char *end;
	uint64_t size, factor = 1;
	const char *unit;

	errno = 0;
	size = strtoull(text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		factor <<= 10 * (unit - units + 1);
		end++;
	}
	if (*text < '0' || *text > '9' || errno || *end || size > INT64_MAX / factor ||
	    size * factor < least)
		return error_fail(err, -EINVAL, "%s %s: at least %lluK is expected: 100M, 1G",
				  option, text, (unsigned long long)least >> 10);
	*ret_bytes = size * factor;
	return 0;
}

int option_mode(const char *text, uint32_t *ret_mode, struct error *err)
{
	char *end;
	unsigned long mode = strtoul(text, &end, 8);

	if (*text < '0' || *text > '7' || *end || mode > 0777)
		return error_fail(err, -EINVAL,
				  "--socket-mode %s: an octal number up to 0777 is expected", text);
	*ret_mode = (uint32_t)mode;
	return 0;
}

int option_attachment(const char *text, enum kernel_attachment *ret_attachment, struct error *err)
{
	for (int i = KERNEL_ATTACHMENT_BEST; i <= KERNEL_ATTACHMENT_SINGLE; i++) {
		if (strcmp(text, kernel_attachment_word((enum kernel_attachment)i)) == 0) {
			*ret_attachment = (enum kernel_attachment)i;
			return 0;
		}
	}
	return error_fail(
		err, -EINVAL,
		"--attach %s: best, uprobe_multi, perf_event or perf_event_atomic is expected",
		text);
}

int option_color(const char *text, enum option_color *ret_color, struct error *err)
{
	static const char *const words[] = { [OPTION_COLOR_AUTO] = "auto",
					     [OPTION_COLOR_ALWAYS] = "always",
					     [OPTION_COLOR_NEVER] = "never" };

	for (enum option_color color = OPTION_COLOR_AUTO; color <= OPTION_COLOR_NEVER; color++) {
		if (strcmp(text, words[color]) == 0) {
			*ret_color = color;
			return 0;
		}
	}
	return error_fail(err, -EINVAL, "--color %s: auto, always or never is expected", text);
}

int option_format(const char *text, enum option_format *ret_format, struct error *err)
{
	static const char *const words[] = { [OPTION_FORMAT_TABLE] = "table",
					     [OPTION_FORMAT_JSON] = "json",
					     [OPTION_FORMAT_OTEL] = "otel" };

	for (enum option_format format = OPTION_FORMAT_TABLE; format <= OPTION_FORMAT_OTEL;
	     format++) {
		if (strcmp(text, words[format]) == 0) {
			*ret_format = format;
			return 0;
		}
	}
	return error_fail(err, -EINVAL, "--format %s: table, json or otel is expected", text);
}

bool option_colors_are_wanted(enum option_color color)
{
	const char *refusal = getenv("NO_COLOR"), *terminal = getenv("TERM");

	if (color != OPTION_COLOR_AUTO)
		return color == OPTION_COLOR_ALWAYS;
	return !(refusal && refusal[0]) && terminal && strcmp(terminal, "dumb") != 0 &&
	       isatty(STDOUT_FILENO);
}

int option_sides(const char *text, enum trace_sides *ret_sides, struct error *err)
{
	static const char *const words[] = {
		[TRACE_SERVER] = "server", [TRACE_CLIENT] = "client", [TRACE_BOTH] = "both"
	};

	for (enum trace_sides sides = TRACE_SERVER; sides <= TRACE_BOTH; sides++) {
		if (strcmp(text, words[sides]) == 0) {
			*ret_sides = sides;
			return 0;
		}
	}
	return error_fail(err, -EINVAL, "--side %s: server, client or both is expected", text);
}

int option_notation(const char *text, enum bytes_notation *ret_notation, struct error *err)
{
	if (strcmp(text, "hex") == 0)
		*ret_notation = BYTES_HEX;
	else if (strcmp(text, "base64") == 0)
		*ret_notation = BYTES_BASE64;
	else
		return error_fail(err, -EINVAL, "--bytes %s: hex or base64 is expected", text);
	return 0;
}

int option_within(const char *text, struct error *err)
{
	if (strcmp(text, "requests") == 0)
		return 0;
	return error_fail(err, -EINVAL, "--within %s: requests is expected", text);
}
