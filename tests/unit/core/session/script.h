/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_LIFE_SCRIPT_H
#define GOHTTPSNOOP_TESTS_LIFE_SCRIPT_H

#include <stdbool.h>

/*
 * What happens on the fake machine, a line each, and what a session then has to say:
 *
 *	server PATH                 a file with a Go program that serves HTTP; replaces what stood there
 *	nothing PATH, other PATH    one with nothing to trace, one that is no Go program
 *	library PATH                a shared library in Go that serves HTTP
 *	unleased PATH               its file system has no leases
 *	copied PATH                 processes run a copy of it, which probes do not reach
 *	write PATH, unlink PATH     somebody wants to write to the file; removes its name
 *	all, name GLOB, port N,     which processes are wanted; then
 *	binary PATH
 *	begin                       the session begins
 *	trace PID                   --pid PID
 *	run PID PATH                a process begins, or one that runs executes another program
 *	run-late PID PATH           the process executes that when it is attached to the next time
 *	fork PID CHILD, exit PID, listen PID PORT, load PID PATH
 *	start PID KEY PATH          a request begins, ends: seen where a probe is
 *	end PID KEY STATUS
 *	deaf, hear                  no record of a process gets through from now on; they do again
 *	room N                      so many records fit into the ring
 *	turn N                      so many records are read before the loop gets its turn
 *	stall, resume               the last record is half written; it is complete
 *	appear PATH                 the directory's watch, if there is one, tells of the file
 *	fail OPERATION ERROR N      the next N calls of an operation fail
 *	wait N                      so many milliseconds pass
 *	step                        processes' ends are seen, and a step is run
 *	finish                      the session ends
 *	= EVENT                     what was told since the last such block is exactly this block
 *	probes FILES PROCESSES      so many files, and single processes, have probes
 *	new PID, looked-at PID      whether hits of a process that is no target come through
 *	known FILES                 so many binaries are known
 *	inspected N                 and so many were inspected so far
 *	idle, busy                  whether the last step found that nothing is left to do
 *
 * A line that begins with # says something to who reads it. The first line `each ERROR` has the script run again
 * and again, with one more call of an operation failing in each run; then errors are not compared, and the order
 * of events within a block is not.
 */

/* Plays the file. Complains to stderr and returns false where something else was told. */
bool script_play(const char *path);

#endif
