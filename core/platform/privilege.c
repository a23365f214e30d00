/* SPDX-License-Identifier: MIT */
#include "privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) (1ull << (capability))

/* Numbers and names as in capabilities(7). */
static const struct {
	int number;
	const char *name;
	enum privilege privilege;
} needed[] = {
	{ CAP_BPF, "CAP_BPF", PRIVILEGE_TRACE },
	{ CAP_PERFMON, "CAP_PERFMON", PRIVILEGE_TRACE },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", PRIVILEGE_PERF_EVENTS },
	{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE", PRIVILEGE_LOOK },
	{ CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", PRIVILEGE_READ },
	{ CAP_LEASE, "CAP_LEASE", PRIVILEGE_LEASE },
};

enum { NEEDED_COUNT = sizeof(needed) / sizeof(needed[0]) };

struct capabilities {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3];
};

static bool read_capabilities(struct capabilities *capabilities)
{
	*capabilities = (struct capabilities){ .header.version = _LINUX_CAPABILITY_VERSION_3 };
	return syscall(SYS_capget, &capabilities->header, capabilities->words) == 0;
}

static bool write_capabilities(struct capabilities *capabilities)
{
	return syscall(SYS_capset, &capabilities->header, capabilities->words) == 0;
}

static uint64_t effective_of(const struct capabilities *capabilities)
{
	return capabilities->words[0].effective | (uint64_t)capabilities->words[1].effective << 32;
}

uint64_t privilege_held(void)
{
	struct capabilities capabilities;
	uint64_t effective;

	if (!read_capabilities(&capabilities))
		return 0;
	effective = effective_of(&capabilities);
	if (effective & BIT(CAP_SYS_ADMIN))
		effective |= BIT(CAP_BPF) | BIT(CAP_PERFMON);
	if (effective & BIT(CAP_DAC_OVERRIDE))
		effective |= BIT(CAP_DAC_READ_SEARCH);
	return effective;
}

void privilege_list_missing(uint64_t capabilities, enum privilege privilege, char *list,
			    size_t size)
{
	size_t used = 0;

	*list = '\0';
	for (int i = 0; i < NEEDED_COUNT && used < size; i++) {
		if (needed[i].privilege == privilege && !(capabilities & BIT(needed[i].number)))
			used += (size_t)snprintf(list + used, size - used, "%s%s", used ? ", " : "",
						 needed[i].name);
	}
}

bool privilege_has(uint64_t capabilities, enum privilege privilege)
{
	for (int i = 0; i < NEEDED_COUNT; i++) {
		if (needed[i].privilege == privilege && !(capabilities & BIT(needed[i].number)))
			return false;
	}
	return true;
}

bool privilege_is_held(enum privilege privilege)
{
	return privilege_has(privilege_held(), privilege);
}

const char *privilege_name(size_t index, uint64_t capabilities, bool *ret_held)
{
	if (index >= NEEDED_COUNT)
		return NULL;
	*ret_held = capabilities & BIT(needed[index].number);
	return needed[index].name;
}

static bool set_admin(bool wanted)
{
	struct capabilities capabilities;
	const uint64_t least = BIT(CAP_BPF) | BIT(CAP_PERFMON) | BIT(CAP_SYS_ADMIN);

	if (!read_capabilities(&capabilities) ||
	    (!wanted && (effective_of(&capabilities) & least) != least))
		return false;
	if (wanted)
		capabilities.words[0].effective |= (uint32_t)BIT(CAP_SYS_ADMIN);
	else
		capabilities.words[0].effective &= ~(uint32_t)BIT(CAP_SYS_ADMIN);
	return write_capabilities(&capabilities);
}

bool privilege_suspend_admin(void)
{
	return set_admin(false);
}

void privilege_resume_admin(void)
{
	set_admin(true);
}

void privilege_refuse(uint64_t capabilities, enum privilege privilege, const char *what,
		      struct error *err)
{
	char missing[96];

	privilege_list_missing(capabilities, privilege, missing, sizeof(missing));
	error_fail(err, -EPERM, "%s: not permitted: missing %s", what, missing);
	error_hint(err, "run as root, or grant the capability");
}

int privilege_fail(struct error *err, int code, enum privilege privilege, const char *what)
{
	uint64_t capabilities = privilege_held();

	if (!privilege_has(capabilities, privilege)) {
		privilege_refuse(capabilities, privilege, what, err);
		return code;
	}
	error_fail(err, code, "%s: %s", what, strerror(-code));
	if (code == -EPERM || code == -EACCES)
		error_hint(err, "no capability is missing: a security module, a container or a user"
				" namespace forbids it");
	return code;
}

/* ---- dropping capabilities ---- */

static uint64_t wanted(const struct privilege_needs *needs)
{
	uint64_t capabilities = 0;

	for (int i = 0; i < NEEDED_COUNT; i++) {
		if (needed[i].privilege != PRIVILEGE_PERF_EVENTS || needs->admin)
			capabilities |= BIT(needed[i].number);
	}
	if (needs->files)
		capabilities |= BIT(CAP_DAC_OVERRIDE);
	return capabilities;
}

static void capabilities_keep(struct capabilities *capabilities, int word, uint32_t kept)
{
	capabilities->words[word].permitted &= kept;
	capabilities->words[word].effective &= kept;
	capabilities->words[word].inheritable = 0;
}

void privilege_drop(const struct privilege_needs *needs)
{
	uint64_t kept = wanted(needs);
	struct capabilities capabilities;

	/* This process executes no program. If it ever does, that program gains no rights. */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* This needs CAP_SETPCAP, and is only an additional protection. */
	for (int i = 0; i <= CAP_LAST_CAP; i++) {
		if (!(kept & BIT(i)))
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	}
	if (!read_capabilities(&capabilities))
		return;
	capabilities_keep(&capabilities, 0, (uint32_t)kept);
	capabilities_keep(&capabilities, 1, (uint32_t)(kept >> 32));
	/* Dropping capabilities is always permitted. */
	write_capabilities(&capabilities);
}
