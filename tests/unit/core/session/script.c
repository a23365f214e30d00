/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakes.h"
#include "machine.h"
#include "run.h"

enum { MAX_WORDS = 5, MAX_TOLD = 64, TOLD_SIZE = 160 };

struct script {
	const char *path;
	unsigned int number; /* of the current line */
	char *words[MAX_WORDS];
	struct discovery_rules rules;
	char name[64];
	uint16_t port;
	struct run *run;
	bool has_work;
	bool only_events; /* errors are expected, but not compared */
	bool in_block;
	bool ok;
};

/* Reported lines that were not compared yet. Global, because the fakes do not know the script. */
static struct {
	char lines[MAX_TOLD][TOLD_SIZE];
	size_t first, count;
	bool only_events;
} told;

static void keep_line(const char *text)
{
	if (told.only_events && strncmp(text, "error ", 6) == 0)
		return;
	if (told.first + told.count == MAX_TOLD)
		abort();
	snprintf(told.lines[told.first + told.count++], TOLD_SIZE, "%.*s", TOLD_SIZE - 1, text);
}

static void complain(struct script *script, const char *what, const char *detail)
{
	fprintf(stderr, "%s:%u: %s%s\n", script->path, script->number, what, detail);
	if (script->only_events)
		fprintf(stderr, "\twith call %zu failing\n", machine.failing_call);
	script->ok = false;
}

static unsigned long number_at(const struct script *script, size_t word)
{
	return strtoul(script->words[word], NULL, 0);
}

static uint32_t pid_at(const struct script *script, size_t word)
{
	return (uint32_t)number_at(script, word);
}

/* ---- reported lines ---- */

static void end_block(struct script *script)
{
	script->in_block = false;
	while (told.count) {
		complain(script, "told, and not expected: ", told.lines[told.first]);
		told.first++;
		told.count--;
	}
	told.first = 0;
}

/* After a failure, the order of the lines may differ. */
static void move_to_front(const char *text)
{
	char other[TOLD_SIZE];

	for (size_t i = 0; i < told.count; i++) {
		if (strcmp(told.lines[told.first + i], text) != 0)
			continue;
		memcpy(other, told.lines[told.first], TOLD_SIZE);
		memcpy(told.lines[told.first], told.lines[told.first + i], TOLD_SIZE);
		memcpy(told.lines[told.first + i], other, TOLD_SIZE);
		return;
	}
}

static void expect(struct script *script, const char *text)
{
	if (script->only_events)
		move_to_front(text);
	script->in_block = true;
	if (told.count == 0) {
		complain(script, "not told: ", text);
		return;
	}
	if (strcmp(told.lines[told.first], text) != 0) {
		complain(script, "expected: ", text);
		complain(script, "told:     ", told.lines[told.first]);
	}
	told.first++;
	told.count--;
}

static void expect_number(struct script *script, size_t number, size_t expected, const char *what)
{
	char text[64];

	if (number == expected)
		return;
	snprintf(text, sizeof(text), "%s: %zu, not %zu", what, number, expected);
	complain(script, text, "");
}

/* ---- events on the machine ---- */

static void do_server(struct script *script)
{
	machine_create_file(script->words[1], CODE_SERVER);
}

static void do_nothing(struct script *script)
{
	machine_create_file(script->words[1], CODE_NOTHING);
}

static void do_other(struct script *script)
{
	machine_create_file(script->words[1], CODE_OTHER);
}

static void do_unleased(struct script *script)
{
	machine.files[machine_file_at(script->words[1])].refuses_leases = true;
}

static void do_library(struct script *script)
{
	machine_create_file(script->words[1], CODE_LIBRARY);
}

static void do_copied(struct script *script)
{
	machine.files[machine_file_at(script->words[1])].is_copied = true;
}

static void do_load(struct script *script)
{
	machine_load(pid_at(script, 1), script->words[2]);
}

/* Only holders of a lease are asked. */
static void do_write(struct script *script)
{
	struct machine_file *file = &machine.files[machine_file_at(script->words[1])];

	file->changes++;
	file->is_recalled = file->leases;
	if (file->leases)
		raise(SIGIO);
}

static void do_unlink(struct script *script)
{
	machine_unlink_file(script->words[1]);
}

static void do_all(struct script *script)
{
	script->rules.all = true;
	machine.watch_all = true;
}

static void do_name(struct script *script)
{
	static const char *names[1];

	snprintf(script->name, sizeof(script->name), "%s", script->words[1]);
	names[0] = script->name;
	script->rules.names = names;
	script->rules.name_count = 1;
	machine.watch_all = true;
}

static void do_port(struct script *script)
{
	script->port = (uint16_t)number_at(script, 1);
	script->rules.ports = &script->port;
	script->rules.port_count = 1;
	machine.watched_port = script->port;
}

static void make_run(struct script *script)
{
	if (!script->run)
		script->run = run_create(&script->rules, keep_line);
}

static void do_binary(struct script *script)
{
	machine.watch_all = true;
	make_run(script);
	/* The string has to outlive this line. */
	if (!run_add_binary(script->run, machine.files[machine_file_at(script->words[1])].path))
		keep_line("error binary");
}

static void do_begin(struct script *script)
{
	make_run(script);
	/* The tool would exit and be started again. */
	if (!run_discover(script->run) && !run_discover(script->run))
		complain(script, "cannot begin", "");
}

static void do_trace(struct script *script)
{
	make_run(script);
	if (!run_add_process(script->run, pid_at(script, 1)))
		keep_line("error process");
}

static void do_run(struct script *script)
{
	machine_run(pid_at(script, 1), script->words[2]);
}

static void do_run_late(struct script *script)
{
	machine_run_when_adopted(pid_at(script, 1), script->words[2]);
}

static void do_fork(struct script *script)
{
	machine_fork(pid_at(script, 1), pid_at(script, 2));
}

static void do_exit(struct script *script)
{
	machine_exit(pid_at(script, 1));
}

static void do_listen(struct script *script)
{
	machine_listen(pid_at(script, 1), (uint16_t)number_at(script, 2));
}

static void do_start(struct script *script)
{
	machine_hit(pid_at(script, 1), PLAN_ROLE_START, number_at(script, 2), script->words[3], 0);
}

static void do_end(struct script *script)
{
	machine_hit(pid_at(script, 1), PLAN_ROLE_END, number_at(script, 2), "", pid_at(script, 3));
}

static void do_deaf(struct script *script)
{
	machine.ignores_processes = true;
}

static void do_hear(struct script *script)
{
	machine.ignores_processes = false;
}

static void do_room(struct script *script)
{
	machine.capacity = number_at(script, 1);
}

static void do_turn(struct script *script)
{
	machine.turn = number_at(script, 1);
}

static void do_stall(struct script *script)
{
	machine_set_half_written(true);
}

static void do_resume(struct script *script)
{
	machine_set_half_written(false);
}

static void do_appear(struct script *script)
{
	deployments_fake(script->words[1]);
}

static int code_named(const char *name)
{
	static const struct {
		const char *name;
		int code;
	} codes[] = {
		{ "ENOMEM", -ENOMEM }, { "EMFILE", -EMFILE }, { "ESRCH", -ESRCH },
		{ "EACCES", -EACCES }, { "ENOENT", -ENOENT }, { "ENOSPC", -ENOSPC },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(codes[i].name, name) == 0)
			return codes[i].code;
	}
	fprintf(stderr, "script: no error is called %s\n", name);
	abort();
}

static void do_fail(struct script *script)
{
	static char operation[32];

	snprintf(operation, sizeof(operation), "%s", script->words[1]);
	machine.failing = operation;
	machine.fail_code = code_named(script->words[2]);
	machine.fail_count = number_at(script, 3);
}

static void do_wait(struct script *script)
{
	run_loop(script->run);
	clock_fake_pass(number_at(script, 1));
}

static void do_step(struct script *script)
{
	script->has_work = run_step(script->run);
}

/* Everything was released. */
static void do_finish(struct script *script)
{
	size_t plans = 0, traced = 0;

	run_finish(script->run);
	script->run = NULL;
	for (size_t i = 0; i < MACHINE_PLANS; i++)
		plans += machine.plan_used[i];
	for (size_t i = 0; i < MACHINE_PIDS; i++)
		traced += machine.traced[i] != 0;
	expect_number(script, plans, 0, "plans left installed");
	expect_number(script, traced, 0, "processes left in the map");
	expect_number(script, machine.attachments != NULL, 0, "probes left");
	expect_number(script, machine.open_descriptors, 0, "descriptors left open");
}

static void do_probes(struct script *script)
{
	expect_number(script, kernel_fake_attachments(true), number_at(script, 1),
		      "files with probes");
	expect_number(script, kernel_fake_attachments(false), number_at(script, 2),
		      "processes with probes");
}

static void do_new(struct script *script)
{
	uint32_t pid = pid_at(script, 1);

	expect_number(script, kernel_fake_awaits_inspection(pid), true, "hits come through");
}

static void do_looked_at(struct script *script)
{
	uint32_t pid = pid_at(script, 1);

	expect_number(script, kernel_fake_awaits_inspection(pid), false, "hits come through");
}

static void do_known(struct script *script)
{
	expect_number(script, run_count(script->run).binaries, number_at(script, 1),
		      "known binaries");
}

static void do_inspected(struct script *script)
{
	expect_number(script, run_count(script->run).inspections, number_at(script, 1),
		      "inspections");
}

static void do_idle(struct script *script)
{
	expect_number(script, script->has_work, false, "work left");
}

static void do_busy(struct script *script)
{
	expect_number(script, script->has_work, true, "work left");
}

static const struct command {
	const char *name;
	size_t words; /* the number of words after the name */
	void (*run)(struct script *script);
} commands[] = {
	{ "server", 1, do_server },
	{ "nothing", 1, do_nothing },
	{ "other", 1, do_other },
	{ "unleased", 1, do_unleased },
	{ "write", 1, do_write },
	{ "unlink", 1, do_unlink },
	{ "all", 0, do_all },
	{ "name", 1, do_name },
	{ "port", 1, do_port },
	{ "binary", 1, do_binary },
	{ "begin", 0, do_begin },
	{ "trace", 1, do_trace },
	{ "run", 2, do_run },
	{ "run-late", 2, do_run_late },
	{ "fork", 2, do_fork },
	{ "exit", 1, do_exit },
	{ "listen", 2, do_listen },
	{ "start", 3, do_start },
	{ "end", 3, do_end },
	{ "deaf", 0, do_deaf },
	{ "hear", 0, do_hear },
	{ "room", 1, do_room },
	{ "turn", 1, do_turn },
	{ "stall", 0, do_stall },
	{ "resume", 0, do_resume },
	{ "appear", 1, do_appear },
	{ "fail", 3, do_fail },
	{ "wait", 1, do_wait },
	{ "step", 0, do_step },
	{ "finish", 0, do_finish },
	{ "probes", 2, do_probes },
	{ "known", 1, do_known },
	{ "inspected", 1, do_inspected },
	{ "idle", 0, do_idle },
	{ "busy", 0, do_busy },
	{ "library", 1, do_library },
	{ "copied", 1, do_copied },
	{ "load", 2, do_load },
	{ "new", 1, do_new },
	{ "looked-at", 1, do_looked_at },
};

/* ---- lines ---- */

static size_t split(struct script *script, char *line)
{
	size_t count = 0;
	char *rest = line, *word;

	while (count < MAX_WORDS && (word = strsep(&rest, " \t\n")) != NULL) {
		if (*word)
			script->words[count++] = word;
	}
	return count;
}

static void play_command(struct script *script, char *line)
{
	size_t count = split(script, line);

	if (script->in_block)
		end_block(script);
	for (size_t i = 0; count && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, script->words[0]) != 0 ||
		    commands[i].words != count - 1)
			continue;
		commands[i].run(script);
		return;
	}
	if (count) {
		fprintf(stderr, "%s:%u: no such command\n", script->path, script->number);
		abort();
	}
}

static void play_line(struct script *script, char *line)
{
	script->number++;
	if (line[0] == '#' || strncmp(line, "each ", 5) == 0)
		return;
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "= ", 2) == 0)
		expect(script, line + 2);
	else
		play_command(script, line);
}

/* Runs the script once; with `code`, the call with that number fails. */
static bool play(FILE *file, const char *path, size_t failing_call, int code)
{
	struct script script = { .path = path, .ok = true, .only_events = code != 0 };
	char line[256];

	machine_reset();
	clock_fake_reset();
	machine.failing_call = failing_call;
	machine.fail_code = code;
	told.only_events = script.only_events;
	told.first = told.count = 0;
	rewind(file);
	while (fgets(line, sizeof(line), file))
		play_line(&script, line);
	if (script.run)
		do_finish(&script);
	end_block(&script);
	return script.ok;
}

static int code_of_each(FILE *file)
{
	char line[64], name[32];

	if (!fgets(line, sizeof(line), file) || sscanf(line, "each %31s", name) != 1)
		return 0;
	return code_named(name);
}

bool script_play(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t failing_call = 0;
	bool ok = true;
	int code;

	if (!file) {
		perror(path);
		return false;
	}
	code = code_of_each(file);
	/* No call fails in the first run, which counts the calls. */
	do
		ok = play(file, path, failing_call, code) && ok;
	while (code && failing_call++ < machine.calls);
	fclose(file);
	return ok;
}
