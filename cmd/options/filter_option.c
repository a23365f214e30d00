/* SPDX-License-Identifier: MIT */
#include "filter_option.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "edit_distance.h"
#include "event_keys.h"
#include "option_value.h"
#include "where_glob.h"

/* How often an option may be given: a value takes up to four of the parts of a condition (where_node.h). */
enum { MOST_VALUES = 32 };

static const char *const option_names[CONDITION_KINDS] = {
	[CONDITION_METHOD] = "--method", [CONDITION_PATH] = "--path",
	[CONDITION_ROUTE] = "--route",	 [CONDITION_HOST] = "--host",
	[CONDITION_STATUS] = "--status",
};

static const char FAILED[] =
	"status >= 400 or grpc_status > 0 or outcome == \"panic\" or outcome == \"error\" or "
	"outcome == \"exited\" or outcome == \"unknown\"";

/* Returns the key whose name is most similar; NULL if more than a third of the letters differ. */
static const char *similar_key(const char *name)
{
	size_t limit = strlen(name) / 3, least = limit + 1;
	const char *found = NULL;

	for (size_t i = 0; event_keys[i]; i++) {
		size_t distance = edit_distance(event_keys[i], name, limit);

		if (distance < least) {
			least = distance;
			found = event_keys[i];
		}
	}
	return found;
}

/* A name that no event has would hide all of them. */
static int check_names(const struct where *where, struct error *err)
{
	bool is_right;
	const char *unknown = where_unknown_name(where, event_keys, &is_right);
	const char *similar = unknown ? similar_key(unknown) : NULL;

	if (!unknown)
		return 0;
	if (is_right)
		error_hint(err, "strings stand in quotes: \"%s\"", unknown);
	else if (similar)
		error_hint(err, "did you mean %s?", similar);
	else
		error_hint(err, "see gohttpsnoop(1), EVENTS");
	return error_fail(err, -EINVAL, "events have no key %s", unknown);
}

int conditions_add_where(struct conditions *conditions, const char *text, struct error *err)
{
	struct where **items =
		array_grow(conditions->items, conditions->count, sizeof(struct where *));
	int r;

	if (!items)
		return error_fail(err, -ENOMEM, "out of memory");
	conditions->items = items;
	r = where_parse(text, &items[conditions->count], err);
	if (r < 0)
		return r;
	conditions->count++;
	return check_names(items[conditions->count - 1], err);
}

void conditions_finish(struct conditions *conditions)
{
	for (size_t i = 0; i < CONDITION_KINDS; i++)
		text_buffer_release(&conditions->any[i]);
	for (size_t i = 0; i < conditions->count; i++)
		where_destroy(conditions->items[i]);
	free(conditions->items);
	*conditions = (struct conditions){ 0 };
}

static int add_text(struct conditions *conditions, struct text_buffer *text, struct error *err)
{
	text_buffer_add(text, "", 1);
	return text->failed ? error_fail(err, -ENOMEM, "out of memory") :
			      conditions_add_where(conditions, text->data, err);
}

/* ---- what the kernel can decide ---- */

static bool is_of_arguments(const struct where_number *number)
{
	return number->step_count > 1 && strcmp(number->steps[0].key, "args") == 0 &&
	       number->number >= 0 && number->number <= INT32_MAX;
}

static void find_wanted(struct conditions *conditions, const struct where *where)
{
	struct where_number numbers[PLAN_MAX_KEEPS];
	size_t count = where_numbers(where, numbers, PLAN_MAX_KEEPS);

	for (size_t i = 0; i < count && conditions->wanted_count < PLAN_MAX_KEEPS; i++) {
		if (is_of_arguments(&numbers[i]))
			conditions->wanted[conditions->wanted_count++] =
				(struct wanted_number){ .steps = numbers[i].steps + 1,
							.step_count = numbers[i].step_count - 1,
							.number = (uint32_t)numbers[i].number };
	}
}

int conditions_close(struct conditions *conditions, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < CONDITION_KINDS; i++) {
		struct text_buffer *text = &conditions->any[i];

		if (!text->size && !text->failed)
			continue;
		r = add_text(conditions, text, err);
		if (r < 0)
			error_subject(err, "%s", option_names[i]);
	}
	for (size_t i = 0; i < conditions->count; i++)
		find_wanted(conditions, conditions->items[i]);
	return r;
}

/* ---- options of which one value must match ---- */

static int count_value(struct conditions *conditions, enum condition_kind kind, struct error *err)
{
	if (conditions->value_counts[kind]++ < MOST_VALUES)
		return 0;
	return error_fail(err, -EINVAL, "%s: at most %d values can be given", option_names[kind],
			  MOST_VALUES);
}

/* Begins another condition of this kind. */
static struct text_buffer *another(struct conditions *conditions, enum condition_kind kind)
{
	struct text_buffer *text = &conditions->any[kind];

	if (text->size)
		text_buffer_print(text, " or ");
	return text;
}

/* Adds `key operator "value"`. */
static void add_comparison(struct text_buffer *text, const char *key_and_operator,
			   const char *value, size_t size)
{
	text_buffer_print(text, "%s \"", key_and_operator);
	for (size_t i = 0; i < size; i++) {
		if (value[i] == '"' || value[i] == '\\')
			text_buffer_add(text, "\\", 1);
		text_buffer_add(text, value + i, 1);
	}
	text_buffer_add(text, "\"", 1);
}

static int fail_empty_glob(enum condition_kind kind, struct error *err)
{
	static const char *const conditions[CONDITION_KINDS] = {
		[CONDITION_PATH] = "path == \"\"",
		[CONDITION_ROUTE] = "route == null",
		[CONDITION_HOST] = "host == null",
	};

	error_hint(err, "for requests that have none: --where '%s'", conditions[kind]);
	return error_fail(err, -EINVAL, "%s '': an empty glob matches no request",
			  option_names[kind]);
}

int conditions_add_glob(struct conditions *conditions, enum condition_kind kind, const char *glob,
			struct error *err)
{
	static const char *const matches[CONDITION_KINDS] = {
		[CONDITION_PATH] = "path ~",
		[CONDITION_ROUTE] = "route ~",
		[CONDITION_HOST] = "host ~",
	};
	const char *problem = where_glob_problem(glob);
	int r = count_value(conditions, kind, err);

	if (r < 0)
		return r;
	if (!*glob)
		return fail_empty_glob(kind, err);
	if (problem)
		return error_fail(err, -EINVAL, "%s %s: %s", option_names[kind], glob, problem);
	add_comparison(another(conditions, kind), matches[kind], glob, strlen(glob));
	return 0;
}

/* Calls `add` for each word of a list with commas. */
static int add_each_word(struct conditions *conditions, const char *list,
			 int (*add)(struct conditions *conditions, const char *word, size_t size,
				    struct error *err),
			 struct error *err)
{
	const char *word = list;
	int r;

	for (;;) {
		size_t size = strcspn(word, ",");

		r = add(conditions, word, size, err);
		if (r < 0 || !word[size])
			return r;
		word += size + 1;
	}
}

/* Methods are written in capitals, but not always typed so. */
static void add_method_in_capitals(struct conditions *conditions, const char *word, size_t size)
{
	char capitals[64];

	if (size > sizeof(capitals))
		return;
	for (size_t i = 0; i < size; i++)
		capitals[i] = (char)toupper((unsigned char)word[i]);
	if (memcmp(capitals, word, size) != 0)
		add_comparison(another(conditions, CONDITION_METHOD), "method ==", capitals, size);
}

static int add_method(struct conditions *conditions, const char *word, size_t size,
		      struct error *err)
{
	int r = count_value(conditions, CONDITION_METHOD, err);

	if (r < 0)
		return r;
	if (size == 0)
		return error_fail(
			err, -EINVAL,
			"--method: a method, or several separated by commas, is expected: GET,POST");
	add_comparison(another(conditions, CONDITION_METHOD), "method ==", word, size);
	add_method_in_capitals(conditions, word, size);
	return 0;
}

int conditions_add_methods(struct conditions *conditions, const char *methods, struct error *err)
{
	return add_each_word(conditions, methods, add_method, err);
}

static bool is_digit_from(char byte, char least, char most)
{
	return byte >= least && byte <= most;
}

/* "404" or "5xx", from 100 to 599. */
static int add_status(struct conditions *conditions, const char *word, size_t size,
		      struct error *err)
{
	bool has_class = size == 3 && is_digit_from(word[0], '1', '5');
	int r = count_value(conditions, CONDITION_STATUS, err);

	if (r < 0)
		return r;
	if (has_class && strncmp(word + 1, "xx", 2) == 0)
		text_buffer_print(another(conditions, CONDITION_STATUS),
				  "status >= %c00 and status <= %c99", word[0], word[0]);
	else if (has_class && is_digit_from(word[1], '0', '9') && is_digit_from(word[2], '0', '9'))
		text_buffer_print(another(conditions, CONDITION_STATUS), "status == %.3s", word);
	else
		return error_fail(
			err, -EINVAL,
			"--status: \"%.*s\" is neither a status from 100 to 599 nor a class such as 5xx",
			(int)size, word);
	return 0;
}

int conditions_add_statuses(struct conditions *conditions, const char *statuses, struct error *err)
{
	return add_each_word(conditions, statuses, add_status, err);
}

int conditions_add_duration(struct conditions *conditions, uint64_t milliseconds, struct error *err)
{
	char text[64];

	if (milliseconds > INT64_MAX / 1000000)
		return error_fail(err, -EINVAL, "--min-duration: this is too long");
	snprintf(text, sizeof(text), "duration_ns >= %llu",
		 (unsigned long long)milliseconds * 1000000);
	conditions->has_duration = true;
	return conditions_add_where(conditions, text, err);
}

int conditions_add_failed(struct conditions *conditions, struct error *err)
{
	conditions->has_failed = true;
	return conditions_add_where(conditions, FAILED, err);
}

int option_sample(const char *text, uint64_t *ret_sample, struct error *err)
{
	static const char ONE_OF[] = "1/";
	uint64_t sample = 0;

	if (strncmp(text, ONE_OF, strlen(ONE_OF)) != 0 ||
	    option_count("", text + strlen(ONE_OF), 1, UINT32_MAX, &sample, NULL) < 0)
		return error_fail(err, -EINVAL, "--sample %s: a part such as 1/100 is expected",
				  text);
	*ret_sample = sample;
	return 0;
}
