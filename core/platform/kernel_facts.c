/* SPDX-License-Identifier: MIT */
#include "kernel_facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel_config.h"
#include "privilege.h"
#include "text_file.h"

/* Inodes of the initial namespaces (linux/proc_ns.h, PROC_USER_INIT_INO and PROC_PID_INIT_INO). */
static const ino_t initial_user_namespace = 0xeffffffd, initial_pid_namespace = 0xeffffffc;

static const char *const lockdown_names[] = {
	[LOCKDOWN_UNKNOWN] = "unknown",
	[LOCKDOWN_NONE] = "none",
	[LOCKDOWN_INTEGRITY] = "integrity",
	[LOCKDOWN_CONFIDENTIALITY] = "confidentiality",
};

const char *lockdown_name(enum lockdown lockdown)
{
	return lockdown_names[lockdown];
}

enum lockdown lockdown_parse(const char *text)
{
	const char *chosen = strchr(text, '[');

	for (int i = LOCKDOWN_NONE; chosen && i <= LOCKDOWN_CONFIDENTIALITY; i++) {
		size_t size = strlen(lockdown_names[i]);

		if (strncmp(chosen + 1, lockdown_names[i], size) == 0 && chosen[1 + size] == ']')
			return (enum lockdown)i;
	}
	return LOCKDOWN_UNKNOWN;
}

/* Without the security module there is no lockdown. If securityfs is not mounted, the answer is not known. */
static enum lockdown read_lockdown(const char *security_modules)
{
	char text[64];

	if (text_file_read("/sys/kernel/security/lockdown", text, sizeof(text)) == 0)
		return lockdown_parse(text);
	return *security_modules && !strstr(security_modules, "lockdown") ? LOCKDOWN_NONE :
									    LOCKDOWN_UNKNOWN;
}

static void read_preemption(struct kernel_facts *facts)
{
	enum { NONE, VOLUNTARY, FULL, LAZY, COUNT };
	struct kernel_config_question built[COUNT] = {
		[NONE] = { .option = "CONFIG_PREEMPT_NONE" },
		[VOLUNTARY] = { .option = "CONFIG_PREEMPT_VOLUNTARY" },
		[FULL] = { .option = "CONFIG_PREEMPT" },
		[LAZY] = { .option = "CONFIG_PREEMPT_LAZY" },
	};
	char debugfs[64], command_line[4096];
	struct preemption_sources sources = { debugfs, facts->version, command_line };

	text_file_read("/sys/kernel/debug/sched/preempt", debugfs, sizeof(debugfs));
	text_file_read("/proc/cmdline", command_line, sizeof(command_line));
	kernel_config_answer(facts->release, built, COUNT);
	sources.none = built[NONE].answer;
	sources.voluntary = built[VOLUNTARY].answer;
	sources.full = built[FULL].answer;
	sources.lazy = built[LAZY].answer;
	facts->preemption = preemption_find(&sources);
}

static void read_names(struct kernel_facts *facts)
{
	struct utsname names;

	if (uname(&names) < 0)
		return;
	snprintf(facts->release, sizeof(facts->release), "%s", names.release);
	snprintf(facts->version, sizeof(facts->version), "%s", names.version);
	snprintf(facts->machine, sizeof(facts->machine), "%s", names.machine);
}

bool kernel_facts_parse_filter(const char *status)
{
	const char *line = strstr(status, "\nSeccomp:");

	return line && strtol(line + strlen("\nSeccomp:"), NULL, 10) != 0;
}

static bool is_namespace(const char *path, ino_t initial)
{
	struct stat status;

	return stat(path, &status) == 0 && status.st_ino != initial;
}

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* In the /proc of another PID namespace this process has another id, or does not exist. */
static void read_proc(struct kernel_facts *facts)
{
	char status[8192], self[16] = "";

	facts->has_proc = access("/proc/version", F_OK) == 0;
	facts->has_own_proc = readlink("/proc/self", self, sizeof(self) - 1) > 0 &&
			      strtol(self, NULL, 10) == getpid();
	text_file_read("/proc/self/status", status, sizeof(status));
	facts->is_filtered = kernel_facts_parse_filter(status);
	facts->in_user_namespace = is_namespace("/proc/self/ns/user", initial_user_namespace);
	facts->in_pid_namespace = is_namespace("/proc/self/ns/pid", initial_pid_namespace);
}

static uint64_t read_lockable_memory(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return UINT64_MAX;
	return limit.rlim_cur;
}

void kernel_facts_read(struct kernel_facts *ret_facts)
{
	struct kernel_facts facts = { 0 };

	read_names(&facts);
	read_preemption(&facts);
	read_proc(&facts);
	facts.has_sysfs = is_folder("/sys/kernel");
	text_file_read("/sys/kernel/security/lsm", facts.security_modules,
		       sizeof(facts.security_modules));
	facts.lockdown = read_lockdown(facts.security_modules);
	facts.capabilities = privilege_held();
	facts.lockable_memory = read_lockable_memory();
	*ret_facts = facts;
}
