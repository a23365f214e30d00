/* SPDX-License-Identifier: MIT */
#include "preemption.h"

#include <stddef.h>
#include <string.h>

static const char *const names[] = {
	[PREEMPTION_UNKNOWN] = "unknown",
	[PREEMPTION_NONE] = "none",
	[PREEMPTION_VOLUNTARY] = "voluntary",
	[PREEMPTION_NONE_OR_VOLUNTARY] = "none or voluntary",
	[PREEMPTION_FULL] = "full",
	[PREEMPTION_LAZY] = "lazy",
	[PREEMPTION_FULL_OR_LAZY] = "full or lazy",
	[PREEMPTION_RT] = "real time",
};

/* The models with these names in debugfs and on the kernel's command line. */
static const enum preemption choices[] = {
	PREEMPTION_NONE,
	PREEMPTION_VOLUNTARY,
	PREEMPTION_FULL,
	PREEMPTION_LAZY,
};

const char *preemption_name(enum preemption preemption)
{
	return names[preemption];
}

/* Returns the model whose name is at the begin of `text`, up to one of the characters in `ends` or its end. */
static enum preemption parse_choice(const char *text, const char *ends)
{
	size_t size = strcspn(text, ends);

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		const char *name = names[choices[i]];

		if (strlen(name) == size && memcmp(text, name, size) == 0)
			return choices[i];
	}
	return PREEMPTION_UNKNOWN;
}

/* Returns the model in parentheses. */
static enum preemption parse_debugfs(const char *text)
{
	const char *chosen = strchr(text, '(');

	return chosen ? parse_choice(chosen + 1, ")") : PREEMPTION_UNKNOWN;
}

/* Returns where the text contains `word` as a separate word. */
static const char *find_word(const char *text, const char *word, const char *ends)
{
	size_t size = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		if ((at == text || at[-1] == ' ') && (!at[size] || strchr(ends, at[size])))
			return at;
	}
	return NULL;
}

/* The last of several settings is valid; the kernel ignores words that it does not know. */
static enum preemption parse_command_line(const char *text)
{
	static const char option[] = "preempt=";
	enum preemption found = PREEMPTION_UNKNOWN;

	for (const char *at = strstr(text, option); at; at = strstr(at + 1, option)) {
		enum preemption choice = parse_choice(at + strlen(option), " \n");

		if (choice != PREEMPTION_UNKNOWN && (at == text || at[-1] == ' '))
			found = choice;
	}
	return found;
}

static enum preemption find_built_in(const struct preemption_sources *sources)
{
	if (sources->none == ANSWER_YES)
		return PREEMPTION_NONE;
	if (sources->voluntary == ANSWER_YES)
		return PREEMPTION_VOLUNTARY;
	if (sources->lazy == ANSWER_YES)
		return PREEMPTION_LAZY;
	return sources->full == ANSWER_YES ? PREEMPTION_FULL : PREEMPTION_UNKNOWN;
}

static enum preemption choose(enum preemption known, enum preemption otherwise)
{
	return known != PREEMPTION_UNKNOWN ? known : otherwise;
}

enum preemption preemption_find(const struct preemption_sources *sources)
{
	enum preemption shown = parse_debugfs(sources->debugfs);
	enum preemption built_in = find_built_in(sources);

	if (find_word(sources->version, "PREEMPT_RT", " "))
		return PREEMPTION_RT;
	if (shown != PREEMPTION_UNKNOWN)
		return shown;
	if (find_word(sources->version, "PREEMPT_DYNAMIC", " "))
		return choose(parse_command_line(sources->command_line), built_in);
	/* The kernel does not reveal whether it was built with lazy preemption (since 6.13). */
	if (find_word(sources->version, "PREEMPT", " "))
		return choose(built_in, PREEMPTION_FULL_OR_LAZY);
	return sources->version[0] ? choose(built_in, PREEMPTION_NONE_OR_VOLUNTARY) :
				     PREEMPTION_UNKNOWN;
}
