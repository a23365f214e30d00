/* SPDX-License-Identifier: MIT */
/* Reads /proc about processes: this one, and children of this test. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "process.h"

/* ---- children ---- */

enum child_action { CHILD_WAITS, CHILD_RUNS_SLEEP, CHILD_ENDS, CHILD_HIDES };

/* Starts a child. Returns when the child has done its action. */
static pid_t start_child(enum child_action action)
{
	int ends[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (action == CHILD_RUNS_SLEEP)
			execl("/bin/sleep", "sleep", "600", NULL);
		if (action == CHILD_RUNS_SLEEP || action == CHILD_ENDS)
			_exit(0);
		/* Without a capability, other processes cannot look at this one. */
		if (action == CHILD_HIDES)
			prctl(PR_SET_DUMPABLE, 0);
		close(ends[1]);
		for (;;)
			pause();
	}
	/* exec and exit close the other end; a child that waits closes it itself. */
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	return child;
}

static void end_child(pid_t child)
{
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* Ends the child, which stays a zombie until reap_child(). */
static void make_zombie(pid_t child)
{
	siginfo_t info;

	kill(child, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
}

static void reap_child(pid_t child)
{
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* The name of this test's program, from the link in /proc. */
static const char *own_exe(void)
{
	static char exe[PROCESS_MAX_PATH];
	ssize_t size = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	assert_true(size > 0);
	exe[size] = '\0';
	return exe;
}

/* ---- descriptors ---- */

static struct rlimit usual_limit;

static void forbid_descriptors(void)
{
	struct rlimit none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual_limit), 0);
	none = (struct rlimit){ 0, usual_limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
}

static void permit_descriptors(void)
{
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual_limit), 0);
}

/* ---- identities of files ---- */

static void identities_are_those_of_the_files(void **state)
{
	char path[] = "/tmp/gohttpsnoop-process-XXXXXX";
	int fd = mkstemp(path);
	struct file_identity by_path, by_descriptor;
	struct stat status;

	assert_int_equal(write(fd, "12345", 5), 5);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(file_identity_read(path, &by_path), 0);
	assert_int_equal(file_identity_of(fd, &by_descriptor), 0);
	assert_int_equal(by_path.device, status.st_dev);
	assert_int_equal(by_path.inode, status.st_ino);
	assert_int_equal(by_path.size, 5);
	assert_int_equal(by_path.modified.tv_sec, status.st_mtim.tv_sec);
	assert_int_equal(by_path.changed.tv_nsec, status.st_ctim.tv_nsec);
	assert_true(file_identity_equal(&by_path, &by_descriptor));
	close(fd);
	unlink(path);
	assert_int_equal(file_identity_read(path, &by_path), -ENOENT);
	assert_int_equal(file_identity_of(-1, &by_descriptor), -EBADF);
}

static void identities_differ_in_each_member(void **state)
{
	static const struct file_identity one = { 1, 2, 3, { 4, 5 }, { 6, 7 } };
	static const struct file_identity others[] = {
		{ 9, 2, 3, { 4, 5 }, { 6, 7 } }, { 1, 9, 3, { 4, 5 }, { 6, 7 } },
		{ 1, 2, 9, { 4, 5 }, { 6, 7 } }, { 1, 2, 3, { 9, 5 }, { 6, 7 } },
		{ 1, 2, 3, { 4, 9 }, { 6, 7 } }, { 1, 2, 3, { 4, 5 }, { 9, 7 } },
		{ 1, 2, 3, { 4, 5 }, { 6, 9 } },
	};
	const struct file_identity copy = one;

	assert_true(file_identity_equal(&one, &copy));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(file_identity_equal(&one, &others[i]));
}

static void executable_files_are_regular_and_have_the_mode(void **state)
{
	char path[] = "/tmp/gohttpsnoop-process-XXXXXX";
	int fd = mkstemp(path);

	assert_false(file_is_executable(path));
	assert_int_equal(fchmod(fd, 0601), 0);
	assert_true(file_is_executable(path));
	close(fd);
	unlink(path);
	assert_false(file_is_executable(path));
	assert_false(file_is_executable("/tmp"));
}

/* ---- opening ---- */

static bool is_renamed_all_the_time;
static size_t link_reads;

/* Replaces that of libc. */
ssize_t readlink(const char *path, char *text, size_t size)
{
	if (!is_renamed_all_the_time)
		return readlinkat(AT_FDCWD, path, text, size);
	if (++link_reads == 100)
		abort();
	return snprintf(text, size, "/srv/name-%zu", link_reads);
}

/* Somebody renames the file of the program between any two looks at it. */
static void reads_of_a_changing_path_are_bounded(void **state)
{
	struct process process;

	is_renamed_all_the_time = true;
	assert_int_equal(process_open((uint32_t)getpid(), &process, NULL), 0);
	is_renamed_all_the_time = false;
	assert_in_range(link_reads, 2, 10);
	process_close(&process);
}

static void opens_this_process(void **state)
{
	struct process process;
	struct file_identity file;
	char name[16];

	assert_int_equal(prctl(PR_GET_NAME, name), 0);
	assert_int_equal(process_open((uint32_t)getpid(), &process, NULL), 0);
	assert_int_equal(process.pid, getpid());
	assert_true(process.descriptor >= 0);
	assert_string_equal(process.comm, name);
	assert_string_equal(process.exe, own_exe());
	/* own_exe() does not work here: an emulator changes the text of the link, but not the file. */
	assert_int_equal(file_identity_read("/proc/self/exe", &file), 0);
	assert_true(file_identity_equal(&process.file, &file));
	process_close(&process);
	assert_int_equal(process.descriptor, -1);
	process_close(&process);
}

/* The kernel adds a newline after a name; a newline within the name is part of it. */
static void names_are_taken_whole(void **state)
{
	static const char *const names[] = { "a", "two words", "fifteen letters", "ends\n", "" };
	char usual[16];
	struct process process;

	assert_int_equal(prctl(PR_GET_NAME, usual), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(prctl(PR_SET_NAME, names[i]), 0);
		assert_int_equal(process_open((uint32_t)getpid(), &process, NULL), 0);
		process_close(&process);
		assert_string_equal(process.comm, names[i]);
	}
	assert_int_equal(prctl(PR_SET_NAME, usual), 0);
}

static void processes_that_do_not_exist_are_refused(void **state)
{
	pid_t child = start_child(CHILD_ENDS);
	struct process process;
	struct error err = { 0 };
	char subject[32];

	reap_child(child);
	snprintf(subject, sizeof(subject), "pid %d", child);
	assert_int_equal(process_open((uint32_t)child, &process, &err), -ESRCH);
	assert_string_equal(err.what, "no such process");
	assert_string_equal(err.subject, subject);
	/* A number that cannot be an id is treated as an id without a process. */
	assert_int_equal(process_open(0, &process, NULL), -ESRCH);
	assert_int_equal(process_open(UINT32_MAX, &process, NULL), -ESRCH);
}

static void processes_that_have_ended_have_no_executable(void **state)
{
	pid_t child = start_child(CHILD_WAITS);
	struct process process;
	struct error err = { 0 };

	make_zombie(child);
	assert_int_equal(process_open((uint32_t)child, &process, &err), -ENOENT);
	assert_string_equal(err.what, "has no executable: it is a kernel thread or has just ended");
	reap_child(child);
}

static void a_lack_of_descriptors_is_told_as_such(void **state)
{
	struct container_id id;
	struct process process;
	struct error err = { 0 };
	uint32_t *pids;
	size_t count;

	forbid_descriptors();
	assert_int_equal(process_open((uint32_t)getpid(), &process, &err), -EMFILE);
	assert_non_null(strstr(err.what, "cannot be monitored: "));
	err = (struct error){ 0 };
	assert_int_equal(process_container((uint32_t)getpid(), &id, &err), -EMFILE);
	assert_non_null(strstr(err.what, "its cgroups cannot be read: "));
	err = (struct error){ 0 };
	assert_int_equal(process_list(&pids, &count, &err), -EMFILE);
	assert_non_null(strstr(err.what, "/proc cannot be read: "));
	permit_descriptors();
}

/* Root can look at every process, so a child of root tries it as another user. */
static int open_without_rights(pid_t pid, const char *wanted)
{
	struct process process;
	struct error err = { 0 };

	if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
		return 2;
	return process_open((uint32_t)pid, &process, &err) == -EACCES && strstr(err.what, wanted) ?
		       0 :
		       1;
}

static void processes_that_may_not_be_looked_at_are_refused(void **state)
{
	pid_t hidden = start_child(CHILD_HIDES), looker = fork();
	int status;

	assert_true(looker >= 0);
	if (looker == 0)
		_exit(open_without_rights(hidden, "its executable cannot be accessed"));
	assert_int_equal(waitpid(looker, &status, 0), looker);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	end_child(hidden);
}

/* The pidfd takes the last descriptor, so the name cannot be read. */
static void a_name_that_cannot_be_read_for_want_of_a_descriptor_is_an_error(void **state)
{
	int free_descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct rlimit usual, few;
	struct process process;
	struct error err = { 0 };

	close(free_descriptor);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	few = (struct rlimit){ (rlim_t)free_descriptor + 1, usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(process_open((uint32_t)getpid(), &process, &err), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	assert_non_null(strstr(err.what, "its name cannot be read: "));
	/* The pidfd was closed again. */
	assert_int_equal(open("/dev/null", O_RDONLY | O_CLOEXEC), free_descriptor);
	close(free_descriptor);
}

static void placeholders_are_named_after_their_file(void **state)
{
	static const struct {
		const char *exe, *comm;
	} rows[] = {
		{ "/srv/shop", "shop" },
		{ "/srv/a-name-of-many-letters", "a-name-of-many-" },
		{ "shop", "shop" },
		{ "/", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct process process;

		process_init_placeholder(42, rows[i].exe, &process);
		assert_int_equal(process.pid, 42);
		assert_int_equal(process.descriptor, -1);
		assert_string_equal(process.exe, rows[i].exe);
		assert_string_equal(process.comm, rows[i].comm);
	}
}

/* ---- programs ---- */

static void a_process_runs_the_same_program_until_it_executes_another_or_ends(void **state)
{
	pid_t child = start_child(CHILD_WAITS), other = start_child(CHILD_RUNS_SLEEP);
	struct process process, of_sleep;

	assert_int_equal(process_open((uint32_t)child, &process, NULL), 0);
	assert_int_equal(process_open((uint32_t)other, &of_sleep, NULL), 0);
	assert_int_equal(process_program(&process), PROCESS_RUNS_SAME);
	assert_int_equal(process_program(&of_sleep), PROCESS_RUNS_SAME);
	/* Looks as if the child ran the test's program before it ran sleep. */
	of_sleep.file = process.file;
	assert_int_equal(process_program(&of_sleep), PROCESS_RUNS_OTHER);
	/* Files on two file systems may have the same inode number. */
	process.file.device++;
	assert_int_equal(process_program(&process), PROCESS_RUNS_OTHER);
	end_child(child);
	end_child(other);
	assert_int_equal(process_program(&process), PROCESS_RUNS_NONE);
	process_close(&process);
	process_close(&of_sleep);
}

/* ---- containers ---- */

/* The cgroups differ between machines; the test checks that the whole file is parsed. */
static void the_container_is_that_of_the_cgroups(void **state)
{
	static char text[16384];
	struct container_id expected = { 0 }, id = { 0 };
	int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	ssize_t size = read(fd, text, sizeof(text));

	close(fd);
	assert_true(size >= 0);
	assert_int_equal(process_container((uint32_t)getpid(), &id, NULL),
			 container_parse((struct bytes){ (const uint8_t *)text, (size_t)size },
					 &expected));
	assert_memory_equal(&id, &expected, sizeof(id));
}

static void processes_that_have_ended_are_in_no_container(void **state)
{
	struct container_id id;

	assert_int_equal(process_container(UINT32_MAX, &id, NULL), 0);
}

/* ---- threads ---- */

static void *tell_id(void *user)
{
	uint32_t *ids = user;

	ids[0] = (uint32_t)gettid();
	ids[1] = process_of_thread(ids[0]);
	return NULL;
}

static void threads_belong_to_their_process(void **state)
{
	uint32_t ids[2];
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, tell_id, ids), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_not_equal(ids[0], getpid());
	assert_int_equal(ids[1], getpid());
	assert_int_equal(process_of_thread((uint32_t)getpid()), getpid());
	/* A thread that does not exist counts as its own process. */
	assert_int_equal(process_of_thread(UINT32_MAX), UINT32_MAX);
}

/* A process can choose any name. */
static void names_do_not_forge_the_process_of_a_thread(void **state)
{
	char usual[16];

	assert_int_equal(prctl(PR_GET_NAME, usual), 0);
	assert_int_equal(prctl(PR_SET_NAME, "x\nTgid:\t1"), 0);
	assert_int_equal(process_of_thread((uint32_t)getpid()), getpid());
	assert_int_equal(prctl(PR_SET_NAME, usual), 0);
}

/* ---- all processes ---- */

static void all_processes_are_listed_in_order(void **state)
{
	pid_t child = start_child(CHILD_WAITS);
	uint32_t *pids;
	size_t count, found = 0;

	assert_int_equal(process_list(&pids, &count, NULL), 0);
	assert_true(count >= 2);
	for (size_t i = 0; i < count; i++) {
		assert_true(pids[i] > (i > 0 ? pids[i - 1] : 0));
		found += pids[i] == (uint32_t)getpid() || pids[i] == (uint32_t)child;
	}
	assert_int_equal(found, 2);
	free(pids);
	end_child(child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identities_are_those_of_the_files),
		cmocka_unit_test(identities_differ_in_each_member),
		cmocka_unit_test(executable_files_are_regular_and_have_the_mode),
		cmocka_unit_test(reads_of_a_changing_path_are_bounded),
		cmocka_unit_test(opens_this_process),
		cmocka_unit_test(names_are_taken_whole),
		cmocka_unit_test(processes_that_do_not_exist_are_refused),
		cmocka_unit_test(processes_that_have_ended_have_no_executable),
		cmocka_unit_test(processes_that_may_not_be_looked_at_are_refused),
		cmocka_unit_test(a_lack_of_descriptors_is_told_as_such),
		cmocka_unit_test(a_name_that_cannot_be_read_for_want_of_a_descriptor_is_an_error),
		cmocka_unit_test(placeholders_are_named_after_their_file),
		cmocka_unit_test(a_process_runs_the_same_program_until_it_executes_another_or_ends),
		cmocka_unit_test(the_container_is_that_of_the_cgroups),
		cmocka_unit_test(processes_that_have_ended_are_in_no_container),
		cmocka_unit_test(threads_belong_to_their_process),
		cmocka_unit_test(names_do_not_forge_the_process_of_a_thread),
		cmocka_unit_test(all_processes_are_listed_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
