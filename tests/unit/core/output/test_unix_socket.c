/* SPDX-License-Identifier: MIT */
/* The file of the socket: how it is created, what may be in its place, and how it is removed. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "unix_socket.h"

/* How many of the next locks fail, as if another process had locked the directory. */
static int refused_locks;

int flock(int descriptor, int operation)
{
	if (refused_locks == 0)
		return (int)syscall(SYS_flock, descriptor, operation);
	refused_locks--;
	errno = EWOULDBLOCK;
	return -1;
}

static char directory[64];
static char path[96];

static int make_directory(void **state)
{
	strcpy(directory, "/tmp/gohttpsnoop-test-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/socket", directory);
	return 0;
}

static int remove_directory(void **state)
{
	unlink(path);
	return rmdir(directory);
}

static struct sockaddr_un address_of(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
	return address;
}

static bool connects(void)
{
	struct sockaddr_un address = address_of(path);
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int r = connect(descriptor, (struct sockaddr *)&address, sizeof(address));

	close(descriptor);
	return r == 0;
}

/* Binds another socket to that file; listens if `listens`. */
static int bind_other(int type, bool listens)
{
	struct sockaddr_un address = address_of(path);
	int descriptor = socket(AF_UNIX, type, 0);

	assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	if (listens)
		assert_int_equal(listen(descriptor, 1), 0);
	return descriptor;
}

static bool file_is_there(void)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

static void assert_refused(const char *at, const char *group, int code, const char *what)
{
	struct unix_socket made = { .descriptor = -1 };
	struct error err = { 0 };

	assert_int_equal(unix_socket_open(at, 0600, group, &made, &err), code);
	assert_int_equal(made.descriptor, -1);
	assert_string_equal(err.subject, at);
	if (!strstr(err.what, what))
		fail_msg("%s, not %s", err.what, what);
}

static struct unix_socket open_path(mode_t mode)
{
	struct unix_socket made;
	struct error err = { 0 };

	if (unix_socket_open(path, mode, NULL, &made, &err) < 0)
		fail_msg("%s", err.what);
	return made;
}

/* ---- making it ---- */

static void has_its_rights_whatever_the_mask(void **state)
{
	static const mode_t modes[] = { 0600, 0660, 0666 };

	for (size_t i = 0; i < 3; i++) {
		mode_t mask = umask(0077);
		struct unix_socket made = open_path(modes[i]);
		struct stat status;

		assert_int_equal(umask(mask), 0077);
		assert_int_equal(lstat(path, &status), 0);
		assert_int_equal(status.st_mode & 0777, modes[i]);
		assert_true(S_ISSOCK(status.st_mode));
		assert_true(connects());
		assert_true(fcntl(made.descriptor, F_GETFL) & O_NONBLOCK);
		assert_true(fcntl(made.descriptor, F_GETFD) & FD_CLOEXEC);
		unix_socket_close(&made);
		assert_false(file_is_there());
	}
}

static void has_the_group_that_is_named(void **state)
{
	struct unix_socket made;
	struct stat status;
	char number[16];

	snprintf(number, sizeof(number), "%u", (unsigned)getgid());
	assert_int_equal(unix_socket_open(path, 0660, number, &made, NULL), 0);
	assert_int_equal(lstat(path, &status), 0);
	assert_int_equal(status.st_gid, getgid());
	unix_socket_close(&made);
	assert_refused(path, "no such group", -EINVAL, "there is no group no such group");
	assert_refused(path, "12x", -EINVAL, "there is no group 12x");
	assert_refused(path, "4294967295", -EINVAL, "there is no group");
	assert_refused(path, "", -EINVAL, "there is no group");
	assert_false(file_is_there());
}

static void refuses_paths_that_no_socket_has(void **state)
{
	char longest[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
	char message[96];

	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	snprintf(message, sizeof(message),
		 "the path has %zu bytes, but the path of a socket has at most %zu",
		 sizeof(longest) - 1, sizeof(longest) - 2);
	assert_refused(longest, NULL, -ENAMETOOLONG, message);
	assert_refused("", NULL, -EINVAL, "is empty");
	assert_refused("/no/such/folder/socket", NULL, -ENOENT, "the directory cannot be opened");
}

/* ---- the place is taken ---- */

static void replaces_one_that_nobody_listens_on(void **state)
{
	struct unix_socket made;
	struct stat before, after;

	close(bind_other(SOCK_STREAM, true));
	assert_int_equal(lstat(path, &before), 0);
	made = open_path(0600);
	assert_int_equal(lstat(path, &after), 0);
	assert_true(connects());
	unix_socket_close(&made);
	assert_false(file_is_there());
}

static void leaves_one_that_somebody_listens_on(void **state)
{
	int other = bind_other(SOCK_STREAM, true);

	assert_refused(path, NULL, -EADDRINUSE, "another process listens on this socket");
	assert_true(connects());
	/* Also if its queue is full, or if it has another type. */
	for (int i = 0; i < 8; i++)
		connects();
	assert_refused(path, NULL, -EADDRINUSE, "another process listens");
	close(other);
	unlink(path);
	other = bind_other(SOCK_DGRAM, false);
	assert_refused(path, NULL, -EADDRINUSE, "another process listens");
	assert_true(file_is_there());
	close(other);
	unlink(path);
}

static void leaves_other_files(void **state)
{
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_refused(path, NULL, -EEXIST, "exists and is not a socket");
	assert_true(file_is_there());
	unlink(path);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_refused(path, NULL, -EEXIST, "exists and is not a socket");
	unlink(path);
}

static void gives_up_on_a_directory_that_is_locked(void **state)
{
	int lock = open(directory, O_RDONLY | O_DIRECTORY);

	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_refused(path, NULL, -EBUSY, "locked");
	assert_false(file_is_there());
	close(lock);
}

static void waits_a_while_for_a_directory_that_is_locked(void **state)
{
	struct unix_socket made;

	refused_locks = 100;
	made = open_path(0600);
	assert_int_equal(refused_locks, 0);
	unix_socket_close(&made);
	refused_locks = 101;
	assert_refused(path, NULL, -EBUSY, "another process keeps the directory locked");
	assert_int_equal(refused_locks, 0);
}

/* Meanwhile another process replaced the file. */
static void removes_only_its_own_file(void **state)
{
	struct unix_socket made = open_path(0600);
	int other;

	assert_int_equal(unlink(path), 0);
	other = bind_other(SOCK_STREAM, true);
	unix_socket_close(&made);
	assert_true(file_is_there());
	assert_true(connects());
	close(other);
	unlink(path);
}

/* ---- from systemd ---- */

static void pass(int descriptor, int count)
{
	char text[16];

	assert_int_equal(dup2(descriptor, 3), 3);
	snprintf(text, sizeof(text), "%d", (int)getpid());
	setenv("LISTEN_PID", text, 1);
	snprintf(text, sizeof(text), "%d", count);
	setenv("LISTEN_FDS", text, 1);
}

static void assert_inherits(const char *wanted, bool is_passed)
{
	struct unix_socket found = { .descriptor = -1 };

	assert_int_equal(unix_socket_inherit(wanted, &found), is_passed ? 0 : -ENOENT);
	assert_int_equal(found.descriptor, is_passed ? 3 : -1);
	assert_null(found.path);
}

/* The test itself uses descriptor 3; in the tool it comes from systemd. */
static void takes_the_socket_that_systemd_passed(void **state)
{
	int kept = dup(3), other = bind_other(SOCK_STREAM, true), plain;
	struct unix_socket found;
	char pid[16];

	pass(other, 1);
	assert_inherits(NULL, true);
	assert_inherits(path, true);
	assert_inherits("/run/other", false);
	assert_true(fcntl(3, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(3, F_GETFD) & FD_CLOEXEC);
	/* The descriptor was passed to the parent process. */
	snprintf(pid, sizeof(pid), "%d", (int)getpid() + 1);
	setenv("LISTEN_PID", pid, 1);
	assert_inherits(NULL, false);
	pass(other, 0);
	assert_inherits(NULL, false);
	unsetenv("LISTEN_FDS");
	assert_inherits(NULL, false);
	/* systemd owns the socket's file. */
	pass(other, 1);
	assert_int_equal(unix_socket_inherit(NULL, &found), 0);
	unix_socket_close(&found);
	assert_true(file_is_there());
	/* A socket that does not listen, and a file. */
	plain = socket(AF_UNIX, SOCK_STREAM, 0);
	pass(plain, 1);
	assert_inherits(NULL, false);
	close(plain);
	plain = open("/dev/null", O_RDONLY);
	pass(plain, 1);
	assert_inherits(NULL, false);
	close(plain);
	close(other);
	close(3);
	if (kept >= 0) {
		dup2(kept, 3);
		close(kept);
	}
	unlink(path);
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
}

/* Descriptors after those that were passed belong to the tool. */
static void looks_at_no_more_than_were_passed(void **state)
{
	int kept[2] = { dup(3), dup(4) }, listening = bind_other(SOCK_STREAM, true);
	int high = fcntl(listening, F_DUPFD, 10), null = open("/dev/null", O_RDONLY);
	struct unix_socket found = { .descriptor = -1 };

	pass(null, 1);
	assert_int_equal(dup2(high, 4), 4);
	assert_inherits(NULL, false);
	setenv("LISTEN_FDS", "2", 1);
	assert_int_equal(unix_socket_inherit(NULL, &found), 0);
	assert_int_equal(found.descriptor, 4);
	close(high);
	for (int i = 0; i < 2; i++) {
		close(3 + i);
		if (kept[i] >= 0) {
			dup2(kept[i], 3 + i);
			close(kept[i]);
		}
	}
	unlink(path);
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_its_rights_whatever_the_mask),
		cmocka_unit_test(has_the_group_that_is_named),
		cmocka_unit_test(refuses_paths_that_no_socket_has),
		cmocka_unit_test(replaces_one_that_nobody_listens_on),
		cmocka_unit_test(leaves_one_that_somebody_listens_on),
		cmocka_unit_test(leaves_other_files),
		cmocka_unit_test(gives_up_on_a_directory_that_is_locked),
		cmocka_unit_test(waits_a_while_for_a_directory_that_is_locked),
		cmocka_unit_test(removes_only_its_own_file),
		cmocka_unit_test(takes_the_socket_that_systemd_passed),
		cmocka_unit_test(looks_at_no_more_than_were_passed),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
