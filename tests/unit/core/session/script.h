/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_LIFE_SCRIPT_H
#define GOHTTPSNOOP_TESTS_LIFE_SCRIPT_H

#include <stdbool.h>

/*
 * The events on the fake machine, one per line, and what a session has to report after them:
 *
 *	server PATH                 a file with a Go program that serves HTTP; replaces an existing file
 *	nothing PATH, other PATH    a Go program with nothing to trace, a file that is no Go program
 *	library PATH                a shared library in Go that serves HTTP
 *	unleased PATH               its file system has no leases
 *	copied PATH                 processes run a copy of it, which probes do not reach
 *	write PATH, unlink PATH     a process wants to write to the file; the file's name is removed
 *	all, name GLOB, port N,     the rules that select processes; then
 *	binary PATH
 *	begin                       the session begins
 *	trace PID                   --pid PID
 *	run PID PATH                a new process runs the program, or an existing process executes it
 *	run-late PID PATH           the process executes the program when it is attached to the next time
 *	fork PID CHILD, exit PID, listen PID PORT, load PID PATH
 *	start PID KEY PATH          a request begins, ends: recorded if there is a probe
 *	end PID KEY STATUS
 *	deaf, hear                  from now on records of processes get lost; no longer
 *	room N                      N records fit into the ring
 *	turn N                      N records are read per turn of the loop
 *	stall, resume               the last record is half written; it becomes complete
 *	appear PATH                 the watch of the directory, if there is one, reports the file
 *	fail OPERATION ERROR N      the next N calls of an operation fail
 *	wait N                      N milliseconds pass
 *	step                        ended processes are noticed, and a step is run
 *	finish                      the session ends
 *	= EVENT                     exactly the lines of this block were reported since the last block
 *	probes FILES PROCESSES      FILES files and PROCESSES single processes have probes
 *	new PID, looked-at PID      whether hits of a process that is no target are recorded
 *	known FILES                 FILES binaries are known
 *	inspected N                 N binaries were inspected so far
 *	idle, busy                  whether the last step left nothing to do, or something
 *
 * A line that begins with # is a comment. With the first line `each ERROR` the script is run repeatedly, and in
 * each run another call of an operation fails. Then errors are not compared, nor is the order of the events
 * within a block.
 */

/* Runs the script. Writes to stderr and returns false if something else was reported. */
bool script_play(const char *path);

#endif
