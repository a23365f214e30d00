/* SPDX-License-Identifier: MIT */
#include "listeners.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "array.h"
#include "error.h"

struct listening_socket {
	unsigned long inode;
	uint16_t port;
};

struct listening_sockets {
	struct listening_socket *items;
	size_t count;
};

/* Which sockets are looked for: those on these ports, or all. */
struct port_filter {
	const uint16_t *ports;
	size_t count;
	bool all;
};

static bool is_asked_for(unsigned int port, const struct port_filter *filter)
{
	for (size_t i = 0; i < filter->count; i++) {
		if (filter->ports[i] == port)
			return true;
	}
	return filter->all;
}

/* A process that has ended, or must not be inspected, has no visible sockets. A shortage of resources is an error. */
static int fail_open(void)
{
	return error_is_shortage(-errno) ? -errno : 0;
}

static int add_socket(struct listening_sockets *sockets, unsigned long inode, unsigned int port)
{
	struct listening_socket *items = array_grow(sockets->items, sockets->count, sizeof(*items));

	if (!items)
		return -ENOMEM;
	sockets->items = items;
	items[sockets->count++] = (struct listening_socket){ inode, port };
	return 0;
}

/* Listening sockets are at the beginning of the table, before the others, of which there may be very many. */
static int read_listening(FILE *table, const struct port_filter *filter,
			  struct listening_sockets *sockets)
{
	enum { LISTENING = 0x0a };
	char line[512];
	unsigned int port, state;
	unsigned long inode;
	int r = 0;

	while (r == 0 && fgets(line, sizeof(line), table)) {
		if (sscanf(line,
			   " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*s %*s %lu",
			   &port, &state, &inode) != 3)
			continue;
		if (state != LISTENING)
			break;
		if (is_asked_for(port, filter))
			r = add_socket(sockets, inode, port);
	}
	return r;
}

/* Adds the sockets of a table like /proc/net/tcp. */
static int read_table(uint32_t pid, const char *name, const struct port_filter *filter,
		      struct listening_sockets *sockets)
{
	char path[64];
	FILE *table;
	int r;

	snprintf(path, sizeof(path), "/proc/%u/net/%s", pid, name);
	table = fopen(path, "re");
	if (!table)
		return fail_open();
	r = read_listening(table, filter, sockets);
	fclose(table);
	return r;
}

/* Finds the sockets that listen in the network namespace of the process; other processes have them, too. */
static int find_sockets(uint32_t pid, const struct port_filter *filter,
			struct listening_sockets *ret_sockets)
{
	int r = read_table(pid, "tcp", filter, ret_sockets);

	return r == 0 ? read_table(pid, "tcp6", filter, ret_sockets) : r;
}

/* The port of the socket to which this link of /proc/PID/fd leads; 0 if it is none of these. */
static uint16_t port_of_link(const char *link, const struct listening_sockets *sockets)
{
	unsigned long inode;

	if (sscanf(link, "socket:[%lu]", &inode) != 1)
		return 0;
	for (size_t i = 0; i < sockets->count; i++) {
		if (sockets->items[i].inode == inode)
			return sockets->items[i].port;
	}
	return 0;
}

static uint16_t port_of_entry(DIR *directory, const char *name,
			      const struct listening_sockets *sockets)
{
	char link[64];
	ssize_t size = readlinkat(dirfd(directory), name, link, sizeof(link) - 1);

	if (size <= 0)
		return 0;
	link[size] = '\0';
	return port_of_link(link, sockets);
}

static int add_port(struct listened_ports *ports, uint16_t port)
{
	uint16_t *more = array_grow(ports->ports, ports->count, sizeof(*more));

	if (!more)
		return -ENOMEM;
	ports->ports = more;
	more[ports->count++] = port;
	return 0;
}

/* Adds the ports of the sockets that the process has open, at most `limit`. */
static int read_descriptors(uint32_t pid, const struct listening_sockets *sockets, size_t limit,
			    struct listened_ports *ports)
{
	char path[32];
	struct dirent *entry;
	DIR *directory;
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	directory = opendir(path);
	if (!directory)
		return fail_open();
	while (r == 0 && ports->count < limit && (entry = readdir(directory))) {
		uint16_t port = port_of_entry(directory, entry->d_name, sockets);

		if (port)
			r = add_port(ports, port);
	}
	closedir(directory);
	return r;
}

static int find_ports(uint32_t pid, const struct port_filter *filter, size_t limit,
		      struct listened_ports *ret_ports)
{
	struct listening_sockets sockets = { 0 };
	int r = find_sockets(pid, filter, &sockets);

	*ret_ports = (struct listened_ports){ 0 };
	if (r == 0 && sockets.count)
		r = read_descriptors(pid, &sockets, limit, ret_ports);
	free(sockets.items);
	if (r < 0)
		listened_ports_finish(ret_ports);
	return r;
}

int listeners_include(uint32_t pid, const uint16_t *ports, size_t count)
{
	const struct port_filter filter = { ports, count, false };
	struct listened_ports found;
	int r = find_ports(pid, &filter, 1, &found);

	if (r < 0)
		return r;
	r = found.count > 0;
	listened_ports_finish(&found);
	return r;
}

static int compare_ports(const void *a, const void *b)
{
	return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

/* A port may have several sockets: one for each version of IP, or one for each worker (SO_REUSEPORT). */
static void sort_and_merge(struct listened_ports *ports)
{
	size_t kept = 0;

	if (ports->count)
		qsort(ports->ports, ports->count, sizeof(*ports->ports), compare_ports);
	for (size_t i = 0; i < ports->count; i++) {
		if (kept == 0 || ports->ports[kept - 1] != ports->ports[i])
			ports->ports[kept++] = ports->ports[i];
	}
	ports->count = kept;
}

int listeners_find(uint32_t pid, struct listened_ports *ret_ports)
{
	const struct port_filter all = { .all = true };
	int r = find_ports(pid, &all, SIZE_MAX, ret_ports);

	if (r == 0)
		sort_and_merge(ret_ports);
	return r;
}

void listened_ports_finish(struct listened_ports *ports)
{
	free(ports->ports);
	*ports = (struct listened_ports){ 0 };
}
