/* SPDX-License-Identifier: MIT */
#include "lease.h"

#include <errno.h>
#include <fcntl.h>

#include "privilege.h"

int lease_take(int descriptor)
{
	return fcntl(descriptor, F_SETLEASE, F_RDLCK) < 0 ? -errno : 0;
}

int lease_fail(int code, struct error *err)
{
	static const char what[] =
		"the file cannot be kept from being overwritten, so its probes do "
		"not wait in it: the first requests after a restart may go unseen";

	if (code == -EACCES || code == -EPERM)
		return privilege_fail(err, code, PRIVILEGE_LEASE, what);
	if (code == 0 || code == -EAGAIN)
		return error_fail(err, -EAGAIN, "%s: somebody has it open for writing", what);
	return error_fail(err, code, "%s: its file system has no leases", what);
}

/* While it is being broken F_GETLEASE tells what it is to become. */
bool lease_is_recalled(int descriptor)
{
	return fcntl(descriptor, F_GETLEASE) != F_RDLCK;
}
