/* SPDX-License-Identifier: MIT */
#include "redacted_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What a byte or an escape says about where names and values begin and end. */
enum mark {
	PLAIN,
	DELIMITER, /* ? & ; # */
	EQUALS,
	COLON,
	QUOTE,
	LINE_END,
	PERCENT,
	ENCODED_DELIMITER, /* %3F %26 %3B %23 */
	ENCODED_EQUALS,	   /* %3D */
};

static const uint8_t marks[256] = {
	['?'] = DELIMITER, ['&'] = DELIMITER, [';'] = DELIMITER, ['#'] = DELIMITER, ['='] = EQUALS,
	[':'] = COLON,	   ['"'] = QUOTE,     ['\n'] = LINE_END, ['\r'] = LINE_END, ['%'] = PERCENT,
};

/* What may begin at `name`. */
enum beginning {
	LINE,  /* a text, a line or a quoted text: the name of a header or of a parameter */
	PART,  /* the text after a delimiter: the name of a parameter */
	VALUE, /* no name */
};

struct scan {
	const struct redaction *redaction;
	const char *text;
	size_t size;
	bool is_query, is_cut;
	size_t at; /* where the scan continues */
	size_t name;
	enum beginning beginning;
	size_t inner;	/* begin of a name that is percent-encoded together with its delimiters */
	bool is_quoted; /* within double quotes */
};

struct span {
	size_t begin, end;
};

static bool is_byte_among(char byte, const char *bytes)
{
	return byte && strchr(bytes, byte);
}

static char byte_at(const struct scan *scan, size_t at)
{
	return at < scan->size ? scan->text[at] : '\0';
}

static size_t skip_blanks(const struct scan *scan, size_t at)
{
	while (byte_at(scan, at) == ' ' || byte_at(scan, at) == '\t')
		at++;
	return at;
}

/* Returns the mark that the escape at this place represents. */
static enum mark encoded_mark(const struct scan *scan, size_t at)
{
	char high = byte_at(scan, at + 1), low = byte_at(scan, at + 2) | 0x20;

	if (high == '3' && low == 'd')
		return ENCODED_EQUALS;
	if ((high == '3' && (low == 'f' || low == 'b')) ||
	    (high == '2' && (byte_at(scan, at + 2) == '6' || byte_at(scan, at + 2) == '3')))
		return ENCODED_DELIMITER;
	return PLAIN;
}

/* In a query, quotes and line ends have no meaning: they are part of a name or a value. */
static enum mark mark_at(const struct scan *scan, size_t at)
{
	enum mark mark = marks[(unsigned char)scan->text[at]];

	if (scan->is_query && (mark == QUOTE || mark == LINE_END))
		return PLAIN;
	return mark == PERCENT ? encoded_mark(scan, at) : mark;
}

/* ---- where values end ---- */

/* Returns whether a parameter follows the semicolon. Otherwise it is part of the value before it. */
static bool begins_parameter(const struct scan *scan, size_t semicolon)
{
	for (size_t at = semicolon + 1; at < scan->size; at++) {
		enum mark mark = mark_at(scan, at);

		if (mark == EQUALS)
			return at > semicolon + 1;
		if (mark == DELIMITER || mark == LINE_END || mark == QUOTE)
			return false;
	}
	return false;
}

static bool ends_value(const struct scan *scan, size_t at, bool is_encoded)
{
	switch (mark_at(scan, at)) {
	case DELIMITER:
		return scan->text[at] == '&' || scan->text[at] == '#' ||
		       (scan->text[at] == ';' && begins_parameter(scan, at));
	case LINE_END:
		return true;
	case QUOTE:
		return scan->is_quoted;
	case ENCODED_DELIMITER:
		return is_encoded;
	default:
		return false;
	}
}

static size_t end_of_value(const struct scan *scan, size_t at, bool is_encoded)
{
	while (at < scan->size && !ends_value(scan, at, is_encoded))
		at++;
	return at;
}

static size_t end_of_line(const struct scan *scan, size_t at)
{
	while (at < scan->size && mark_at(scan, at) != LINE_END &&
	       !(scan->is_quoted && scan->text[at] == '"'))
		at++;
	return at;
}

/* ---- JSON ---- */

static size_t count_backslashes(const struct scan *scan, size_t from, size_t quote)
{
	size_t count = 0;

	while (quote - count > from && scan->text[quote - count - 1] == '\\')
		count++;
	return count;
}

/*
 * Returns the end of a string that begins after a quote: the next quote with the same number of escapes. JSON in a
 * JSON string has a backslash before each quote, and three backslashes in a string of its own.
 */
static size_t end_of_string(const struct scan *scan, size_t begin, size_t escapes)
{
	for (size_t at = begin; at < scan->size; at++) {
		size_t count;

		if (scan->text[at] != '"')
			continue;
		count = count_backslashes(scan, begin, at);
		if (escapes ? count <= escapes : count % 2 == 0)
			return at - (escapes ? count : 0);
	}
	return scan->size;
}

/* An object or a list ends with the bracket that closes it. Brackets in its strings do not count. */
static size_t end_of_brackets(const struct scan *scan, size_t at)
{
	size_t depth = 0;

	for (; at < scan->size; at++) {
		char byte = scan->text[at];

		if (byte == '"')
			at = end_of_string(scan, at + 1, 0);
		depth += byte == '{' || byte == '[';
		if ((byte == '}' || byte == ']') && --depth == 0)
			return at + 1;
	}
	return scan->size;
}

/* Finds the value after a name and its colon. */
static struct span find_json_value(const struct scan *scan, size_t at)
{
	size_t begin = skip_blanks(scan, at), quote = begin;

	while (byte_at(scan, quote) == '\\')
		quote++;
	if (byte_at(scan, quote) == '"')
		return (struct span){ quote + 1, end_of_string(scan, quote + 1, quote - begin) };
	if (byte_at(scan, begin) == '{' || byte_at(scan, begin) == '[')
		return (struct span){ begin, end_of_brackets(scan, begin) };
	for (at = begin; at < scan->size && !is_byte_among(scan->text[at], ",}]\r\n");)
		at++;
	return (struct span){ begin, at };
}

/* ---- names ---- */

static bool is_secret_name(const struct scan *scan, size_t begin, size_t end)
{
	return redaction_hides_parameter(scan->redaction, scan->text + begin, end - begin);
}

/* Names of headers are words. Other text before a colon is not a name. */
static bool is_word(const struct scan *scan, size_t begin, size_t end)
{
	for (size_t at = begin; at < end; at++) {
		char letter = scan->text[at] | 0x20;

		if (!(letter >= 'a' && letter <= 'z') &&
		    !is_byte_among(scan->text[at], "0123456789-_."))
			return false;
	}
	return begin < end;
}

static void begin_name(struct scan *scan, size_t at, enum beginning beginning)
{
	scan->at = scan->name = scan->inner = at;
	scan->beginning = beginning;
}

/* ---- reading at each mark; the functions return true if a secret was found ---- */

static bool take_span(struct scan *scan, struct span found, struct span *ret_span)
{
	begin_name(scan, found.end, VALUE);
	*ret_span = found;
	return true;
}

static bool take_equals(struct scan *scan, struct span *ret_span)
{
	size_t equals = scan->at, value = equals + 1;

	if ((scan->beginning != VALUE && is_secret_name(scan, scan->name, equals)) ||
	    (scan->inner > scan->name && is_secret_name(scan, scan->inner, equals)))
		return take_span(scan, (struct span){ value, end_of_value(scan, value, false) },
				 ret_span);
	/* The value may contain encoded parameters. */
	begin_name(scan, value, VALUE);
	return false;
}

static bool take_encoded_equals(struct scan *scan, struct span *ret_span)
{
	size_t equals = scan->at, value = equals + 3;

	if (is_secret_name(scan, scan->inner, equals))
		return take_span(scan, (struct span){ value, end_of_value(scan, value, true) },
				 ret_span);
	scan->at = scan->inner = value;
	return false;
}

/* Reads the user and the password after "://", if there are any. */
static bool take_authority(struct scan *scan, struct span *ret_span)
{
	size_t begin = scan->at + 3, end = begin, colon = 0, last = 0;
	/* A password may contain "&", unless that ends the value which contains the URL. */
	const char *ends = scan->is_query || scan->beginning == VALUE ? "&/?#\"<> \t\r\n" :
									"/?#\"<> \t\r\n";

	for (; end < scan->size && !is_byte_among(scan->text[end], ends); end++) {
		if (scan->text[end] == ':' && !colon)
			colon = end + 1;
		if (scan->text[end] == '@')
			last = end;
	}
	/* The text that was cut off may have been a password. */
	if (!last && scan->is_cut && end == scan->size)
		last = end;
	scan->at = begin;
	if (!colon || last < colon)
		return false;
	*ret_span = (struct span){ colon, last };
	scan->at = last;
	return true;
}

static bool take_colon(struct scan *scan, struct span *ret_span)
{
	size_t colon = scan->at, name = skip_blanks(scan, scan->name), value;

	if (byte_at(scan, colon + 1) == '/' && byte_at(scan, colon + 2) == '/')
		return take_authority(scan, ret_span);
	scan->at++;
	if (scan->beginning != LINE)
		return false;
	if (is_word(scan, name, colon) && is_secret_name(scan, name, colon)) {
		value = skip_blanks(scan, colon + 1);
		return take_span(scan, (struct span){ value, end_of_line(scan, value) }, ret_span);
	}
	begin_name(scan, scan->at, PART);
	return false;
}

/* A quoted text begins or ends. The text between two quotes before a colon is a name. */
static bool take_quote(struct scan *scan, struct span *ret_span)
{
	size_t begin = scan->at + 1;
	const char *quote = memchr(scan->text + begin, '"', scan->size - begin);
	size_t end = quote ? (size_t)(quote - scan->text) : scan->size;
	size_t colon = skip_blanks(scan, end + 1);
	struct span found;

	scan->is_quoted = !scan->is_quoted;
	begin_name(scan, begin, LINE);
	if (!quote || byte_at(scan, colon) != ':' || !is_secret_name(scan, begin, end))
		return false;
	found = find_json_value(scan, colon + 1);
	scan->is_quoted = scan->text[found.begin - 1] == '"';
	return take_span(scan, found, ret_span);
}

static bool take_mark(struct scan *scan, enum mark mark, struct span *ret_span)
{
	switch (mark) {
	case EQUALS:
		return take_equals(scan, ret_span);
	case ENCODED_EQUALS:
		return take_encoded_equals(scan, ret_span);
	case COLON:
		return take_colon(scan, ret_span);
	case QUOTE:
		return take_quote(scan, ret_span);
	case LINE_END:
		begin_name(scan, scan->at + 1, LINE);
		return false;
	case DELIMITER:
		begin_name(scan, scan->at + 1, PART);
		return false;
	case ENCODED_DELIMITER:
		scan->at = scan->inner = scan->at + 3;
		return false;
	default:
		scan->at++;
		return false;
	}
}

static bool find_next(struct scan *scan, struct span *ret_span)
{
	const char *text = scan->text;

	while (scan->at < scan->size) {
		size_t at = scan->at;

		while (at < scan->size && marks[(unsigned char)text[at]] == PLAIN)
			at++;
		scan->at = at;
		if (at < scan->size && take_mark(scan, mark_at(scan, at), ret_span))
			return true;
	}
	return false;
}

/* ---- replacing secrets ---- */

/* Each name is followed by one of these bytes. In a short text the scan itself finds them as fast. */
static bool may_have_names(const char *text, size_t size)
{
	return size < 64 || memchr(text, '=', size) || memchr(text, ':', size) ||
	       memchr(text, '%', size);
}

/*
 * Each secret except the first has a mark before it. So there are at most as many secrets as bytes, plus one;
 * each becomes REDACTED.
 */
static size_t largest_size(const struct scan *scan)
{
	return (scan->size + 1) * sizeof(REDACTED);
}

static size_t append_shown(char *output, size_t used, const char *text, size_t size)
{
	memcpy(output + used, text, size);
	return used + size;
}

static struct redacted_text replace(struct scan *scan, struct span span)
{
	struct redacted_text result = { .data = REDACTED, .size = sizeof(REDACTED) - 1 };
	size_t used = 0, done = 0;

	result.owned = malloc(largest_size(scan));
	if (!result.owned)
		return result;
	do {
		used = append_shown(result.owned, used, scan->text + done, span.begin - done);
		used = append_shown(result.owned, used, REDACTED, sizeof(REDACTED) - 1);
		done = span.end;
	} while (find_next(scan, &span));
	result.size = append_shown(result.owned, used, scan->text + done, scan->size - done);
	result.data = result.owned;
	return result;
}

static struct redacted_text redact(struct scan *scan)
{
	struct span span;

	if (!may_have_names(scan->text, scan->size) || !find_next(scan, &span))
		return (struct redacted_text){ .data = scan->text, .size = scan->size };
	return replace(scan, span);
}

struct redacted_text redacted_text_make(const struct redaction *redaction, const char *text,
					size_t size, bool is_cut)
{
	struct scan scan = { .redaction = redaction,
			     .text = text,
			     .size = size,
			     .is_cut = is_cut,
			     .beginning = LINE };

	return redaction ? redact(&scan) : (struct redacted_text){ .data = text, .size = size };
}

struct redacted_text redacted_text_make_query(const struct redaction *redaction, const char *query,
					      size_t size, bool is_cut)
{
	struct scan scan = { .redaction = redaction,
			     .text = query,
			     .size = size,
			     .is_query = true,
			     .is_cut = is_cut,
			     .beginning = PART };

	return redaction ? redact(&scan) : (struct redacted_text){ .data = query, .size = size };
}

void redacted_text_release(struct redacted_text *text)
{
	free(text->owned);
	text->owned = NULL;
}
