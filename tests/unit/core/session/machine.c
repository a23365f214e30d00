/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "record_builder.h"

struct fake_machine machine;

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "machine: %s\n", what);
	abort();
}

void machine_reset(void)
{
	for (size_t i = 0; i < machine.process_count; i++)
		close(machine.processes[i].end);
	for (size_t i = 0; i < machine.written; i++)
		free(machine.records[i].data);
	machine = (struct fake_machine){ .capacity = MACHINE_RECORDS, .turn = 64, .time = 1000 };
}

int machine_fails(const char *operation)
{
	if (++machine.calls == machine.failing_call)
		return machine.fail_code;
	if (!machine.failing || strcmp(machine.failing, operation) != 0)
		return 0;
	if (--machine.fail_count == 0)
		machine.failing = NULL;
	return machine.fail_code;
}

/* ---- files ---- */

static bool find_file(const char *path, size_t *ret_file)
{
	for (size_t i = machine.file_count; i-- > 0;) {
		if (!machine.files[i].is_unlinked && strcmp(machine.files[i].path, path) == 0) {
			*ret_file = i;
			return true;
		}
	}
	return false;
}

size_t machine_file_at(const char *path)
{
	size_t file = 0;

	check(find_file(path, &file), "no such file");
	return file;
}

void machine_create_file(const char *path, enum machine_code code)
{
	struct machine_file *file = &machine.files[machine.file_count];
	size_t before;

	check(machine.file_count < MACHINE_FILES, "too many files");
	/* Replaces the file atomically, as rename(2) does. */
	if (find_file(path, &before))
		machine.files[before].is_unlinked = true;
	*file = (struct machine_file){ .code = code };
	snprintf(file->path, sizeof(file->path), "%s", path);
	machine.file_count++;
}

void machine_unlink_file(const char *path)
{
	machine.files[machine_file_at(path)].is_unlinked = true;
}

/* ---- processes ---- */

struct machine_process *machine_find_process(uint32_t pid)
{
	for (size_t i = machine.process_count; i-- > 0;) {
		if (machine.processes[i].pid == pid && !machine.processes[i].has_ended)
			return &machine.processes[i];
	}
	return NULL;
}

struct machine_process *machine_process_of(uint32_t pid)
{
	struct machine_process *process = machine_find_process(pid);

	check(process != NULL, "no such process");
	return process;
}

static void add_process(uint32_t pid, size_t file)
{
	check(machine.process_count < MACHINE_PROCESSES && pid && pid < MACHINE_PIDS,
	      "too many processes, or too large a number");
	machine.processes[machine.process_count++] = (struct machine_process){
		.pid = pid,
		.file = file,
		.end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	};
}

/* ---- the eBPF side ---- */

static void submit(const void *data, size_t size, uint64_t *lost)
{
	struct machine_record *record = &machine.records[machine.written];

	if (machine.written - machine.read >= machine.capacity) {
		(*lost)++;
		return;
	}
	check(machine.written < MACHINE_RECORDS, "too many records");
	record->data = malloc(size);
	check(record->data != NULL, "out of memory");
	memcpy(record->data, data, size);
	record->size = size;
	machine.written++;
}

static void submit_process(enum record_kind kind, uint32_t pid, uint16_t port)
{
	struct record_process record = {
		.size = sizeof(record),
		.kind = kind,
		.port = port,
		.pid = pid,
	};

	if (machine.ignores_processes)
		machine.lost_processes++;
	else
		submit(&record, sizeof(record), &machine.lost_processes);
}

static void note_exec(uint32_t pid)
{
	if (!machine.watch_all && !machine.traced[pid])
		return;
	machine.traced[pid] = 0;
	machine.listeners[pid] = machine.dismissed_listeners[pid] = 0;
	if (machine.watch_all)
		machine.newcomers[pid] = ++machine.beginnings;
	submit_process(RECORD_EXEC, pid, 0);
}

void machine_run(uint32_t pid, const char *path)
{
	struct machine_process *process = machine_find_process(pid);

	if (process) {
		process->file = machine_file_at(path);
		process->library_count = 0;
	} else {
		add_process(pid, machine_file_at(path));
	}
	note_exec(pid);
}

void machine_run_when_adopted(uint32_t pid, const char *path)
{
	machine.late_pid = pid;
	machine.late_file = machine_file_at(path);
}

void machine_adopted(uint32_t pid)
{
	if (pid != machine.late_pid)
		return;
	machine.late_pid = 0;
	machine_process_of(pid)->file = machine.late_file;
	note_exec(pid);
}

/* The child runs the file of its parent. Nothing is reported. */
void machine_fork(uint32_t pid, uint32_t child)
{
	add_process(child, machine_process_of(pid)->file);
}

void machine_exit(uint32_t pid)
{
	struct machine_process *process = machine_process_of(pid);

	process->has_ended = true;
	check(eventfd_write(process->end, 1) == 0, "eventfd");
}

void machine_load(uint32_t pid, const char *path)
{
	struct machine_process *process = machine_process_of(pid);

	check(process->library_count < 2, "too many libraries");
	process->libraries[process->library_count++] = machine_file_at(path);
}

void machine_listen(uint32_t pid, uint16_t port)
{
	machine_process_of(pid)->port = port;
	if (port != machine.watched_port)
		return;
	machine.listeners[pid] = ++machine.beginnings;
	submit_process(RECORD_LISTEN, pid, port);
}

void machine_hit(uint32_t pid, enum plan_role role, uint64_t key, const char *path, uint32_t status)
{
	uint64_t cookie = kernel_fake_cookie(machine_process_of(pid), role);
	struct record_builder record;
	struct bytes bytes;

	machine.time++;
	if (!cookie)
		return;
	record_init(&record, 0, 0, machine.time);
	record.head.cookie = cookie;
	record.head.process = (uint64_t)pid << 32 | pid;
	record_word(&record, key);
	record_word(&record, key); /* each request has its own goroutine */
	if (role == PLAN_ROLE_START)
		record_string(&record, path, strlen(path), (uint32_t)strlen(path));
	if (role == PLAN_ROLE_END)
		record_word(&record, status);
	bytes = record_finish(&record);
	submit(bytes.data, bytes.size, &machine.lost[role]);
	record_release(&record);
}

void machine_set_half_written(bool is_half_written)
{
	check(machine.written > 0, "no record was written");
	if (is_half_written)
		machine.records[machine.written - 1].is_half_written = true;
	for (size_t i = machine.read; !is_half_written && i < machine.written; i++)
		machine.records[i].is_half_written = false;
}
