/* SPDX-License-Identifier: MIT */
#include "listeners.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "error.h"

/* A process has fewer listening sockets than this on the few requested ports. */
enum { MAX_SOCKETS = 256 };

struct sockets {
	unsigned long inodes[MAX_SOCKETS];
	size_t count;
};

static bool is_asked_for(unsigned int port, const uint16_t *ports, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}

/* A process that has ended, or must not be inspected, has no visible sockets. A shortage of resources is an error. */
static int fail_open(void)
{
	return error_is_shortage(-errno) ? -errno : 0;
}

/*
 * Collects the inodes of the sockets that listen on the ports, from a table like /proc/net/tcp. Listening sockets are
 * at its beginning, before the others, of which there may be very many.
 */
static int read_table(uint32_t pid, const char *name, const uint16_t *ports, size_t count,
		      struct sockets *sockets)
{
	enum { LISTENING = 0x0a };
	char path[64], line[512];
	unsigned int port, state;
	unsigned long inode;
	FILE *table;

	snprintf(path, sizeof(path), "/proc/%u/net/%s", pid, name);
	table = fopen(path, "re");
	if (!table)
		return fail_open();
	while (sockets->count < MAX_SOCKETS && fgets(line, sizeof(line), table)) {
		if (sscanf(line,
			   " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*s %*s %lu",
			   &port, &state, &inode) != 3)
			continue;
		if (state != LISTENING)
			break;
		if (is_asked_for(port, ports, count))
			sockets->inodes[sockets->count++] = inode;
	}
	fclose(table);
	return 0;
}

static bool is_one_of(const char *link, const struct sockets *sockets)
{
	unsigned long inode;

	if (sscanf(link, "socket:[%lu]", &inode) != 1)
		return false;
	for (size_t i = 0; i < sockets->count; i++) {
		if (sockets->inodes[i] == inode)
			return true;
	}
	return false;
}

static int holds_socket(uint32_t pid, const struct sockets *sockets)
{
	char path[32], link[64];
	struct dirent *entry;
	bool found = false;
	ssize_t size;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	directory = opendir(path);
	if (!directory)
		return fail_open();
	while (!found && (entry = readdir(directory))) {
		size = readlinkat(dirfd(directory), entry->d_name, link, sizeof(link) - 1);
		if (size <= 0)
			continue;
		link[size] = '\0';
		found = is_one_of(link, sockets);
	}
	closedir(directory);
	return found;
}

int listeners_include(uint32_t pid, const uint16_t *ports, size_t count)
{
	struct sockets sockets = { .count = 0 };
	int r = read_table(pid, "tcp", ports, count, &sockets);

	if (r == 0)
		r = read_table(pid, "tcp6", ports, count, &sockets);
	return r == 0 && sockets.count ? holds_socket(pid, &sockets) : r;
}
