/* SPDX-License-Identifier: MIT */
/*
 * Runs the captures of a script: run_captures FILE. A line that begins with a blank continues the line before.
 *
 *	type NAME WHAT              declares a type, as described in go_source.h
 *	NAME TYPE = VALUE           the next parameter of the function
 *	elements N, string N        how much of whole values is captured
 *	secrets                     values whose names contain "secret" or "password" are hidden
 *	capture LIST, capture       captures a comma-separated list of expressions, or all parameters
 *	JSON                        the expected result of the capture
 *	cut PATHS                   the parts of the last capture that were cut
 *	refused REASON              instead of JSON: why the last capture is refused
 *	function                    forgets the parameters and all settings
 *
 * Every capture is made in programs of several Go versions, which differ in the layout of calls or maps, with
 * all memory resident and with none.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_run.h"
#include "go_source.h"

#if defined(__TARGET_ARCH_arm64)
#define MACHINE MACHINE_ARM64
#else
#define MACHINE MACHINE_AMD64
#endif

/* Arguments on the stack; in registers; maps of tables; tables whose groups store keys and elements apart. */
static const char *const versions[] = { "go1.16.15", "go1.23.4", "go1.25.1",
					"go1.27.0 X:mapsplitgroup" };
enum { VERSIONS = sizeof(versions) / sizeof(versions[0]) };

struct runner {
	const char *path;
	size_t line_number;
	struct types binary;
	struct go_source source;
	char names[CAPTURE_MAX_PARAMETERS][64];
	struct capture_call call;
	/* The last capture. */
	bool is_open; /* its JSON has not been read yet */
	char list[2048];
	char cuts[8192];
	size_t checked, failed;
};

static void report(struct runner *runner, const char *version, const char *got, const char *wanted)
{
	fprintf(stderr, "%s:%zu: %s: capture %s\n  gives  %s\n  wanted %s\n", runner->path,
		runner->line_number, version, runner->list, got, wanted);
	runner->failed++;
}

/* ---- captures ---- */

static void join_cuts(const struct argument_cuts *cuts, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < cuts->count && used < size; i++)
		used += snprintf(text + used, size - used, "%s%s", i ? ", " : "", cuts->paths[i]);
}

/* Returns the JSON of a capture, or why the capture is refused. */
static const char *capture(struct runner *runner, size_t version, bool is_paged_out,
			   struct captured *captured)
{
	struct error err = { 0 };
	const char *list = runner->list[0] ? runner->list : NULL;

	if (go_version_parse(versions[version], &runner->call.version, &err) < 0)
		abort();
	runner->call.is_paged_out = is_paged_out;
	captured->cuts.count = 0;
	if (capture_run(&runner->call, list, captured, &err) < 0)
		snprintf(captured->json, sizeof(captured->json), "%s", err.what);
	return captured->json;
}

/* All programs have to give the wanted JSON. */
static void check_capture(struct runner *runner, const char *wanted)
{
	static struct captured captured;

	for (size_t i = 0; i < 2 * VERSIONS; i++) {
		const char *got = capture(runner, i / 2, i % 2, &captured);

		runner->checked++;
		if (strcmp(got, wanted) != 0) {
			report(runner, versions[i / 2], got, wanted);
			break;
		}
	}
	join_cuts(&captured.cuts, runner->cuts, sizeof(runner->cuts));
	runner->is_open = false;
}

/* A cut that the script does not mention is an error, too. */
static void close_capture(struct runner *runner, const char *cuts)
{
	if (runner->is_open)
		report(runner, "all", "something", "JSON after the capture");
	if (strcmp(runner->cuts, cuts) != 0)
		report(runner, "cuts", runner->cuts, cuts);
	runner->cuts[0] = '\0';
}

/* ---- lines ---- */

static void add_parameter(struct runner *runner, char *line)
{
	struct capture_call *call = &runner->call;
	char *name = strtok(line, " "), *type = strtok(NULL, "="), *value = strtok(NULL, "");
	size_t i = call->count;

	if (!name || !type || !value || i == CAPTURE_MAX_PARAMETERS) {
		fprintf(stderr, "%s:%zu: no parameter\n", runner->path, runner->line_number);
		exit(2);
	}
	snprintf(runner->names[i], sizeof(runner->names[i]), "%s", name);
	call->names[i] = runner->names[i];
	go_source_value(&runner->source, value, go_source_type(&runner->source, type),
			&call->values[i]);
	call->count++;
}

static void begin_function(struct runner *runner)
{
	runner->call = (struct capture_call){ .machine = MACHINE, .types = &runner->binary };
}

static const char *after(const char *line, const char *word)
{
	size_t size = strlen(word);

	if (strncmp(line, word, size) != 0 || (line[size] && line[size] != ' '))
		return NULL;
	return line[size] ? line + size + 1 : line + size;
}

static void set_list(struct runner *runner, const char *list)
{
	snprintf(runner->list, sizeof(runner->list), "%s", list);
	runner->is_open = true;
}

static void run_line(struct runner *runner, char *line)
{
	const char *rest;

	if (runner->is_open && (line[0] == '{' || after(line, "refused"))) {
		rest = after(line, "refused");
		check_capture(runner, rest ? rest : line);
		return;
	}
	rest = after(line, "cut");
	close_capture(runner, rest ? rest : "");
	if (rest)
		return;
	if ((rest = after(line, "type")))
		go_source_declare(&runner->source, rest);
	else if ((rest = after(line, "capture")))
		set_list(runner, rest);
	else if ((rest = after(line, "elements")))
		runner->call.max_elements = (uint16_t)atoi(rest);
	else if ((rest = after(line, "string")))
		runner->call.max_string = (uint32_t)atoi(rest);
	else if (after(line, "secrets"))
		runner->call.hides_secrets = true;
	else if (after(line, "function"))
		begin_function(runner);
	else
		add_parameter(runner, line);
}

/* ---- files ---- */

/*
 * Reads the next line and those that continue it, skips comments and empty lines; false at the end of the
 * file.
 */
static bool read_line(struct runner *runner, FILE *file, char *line, size_t size)
{
	size_t used = 0;
	int first;

	while ((first = getc(file)) != EOF) {
		ungetc(first, file);
		if (used && first != ' ')
			return true;
		if (used + 1 >= size || !fgets(line + used, (int)(size - used), file))
			break;
		runner->line_number++;
		line[used + strcspn(line + used, "\n")] = '\0';
		if (line[used] != '#')
			used += strlen(line + used);
	}
	return used > 0;
}

int main(int argc, char **argv)
{
	static struct runner runner;
	static char line[16384];
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!file) {
		perror("run_captures FILE");
		return 2;
	}
	runner.path = argv[1];
	go_source_init(&runner.source, &runner.binary);
	begin_function(&runner);
	while (read_line(&runner, file, line, sizeof(line)))
		run_line(&runner, line);
	close_capture(&runner, "");
	fclose(file);
	type_names_release(runner.binary.names);
	go_values_forget();
	go_forget();
	printf("%zu captures\n", runner.checked);
	return runner.failed || runner.checked == 0;
}
