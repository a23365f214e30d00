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
		"the file cannot be leased, so no probes stay in it: the first requests "
		"after a restart may be missed";

	if (code == -EACCES || code == -EPERM)
		return privilege_fail(err, code, PRIVILEGE_LEASE, what);
	if (code == 0 || code == -EAGAIN)
		return error_fail(err, -EAGAIN, "%s: another process has it open for writing",
				  what);
	return error_fail(err, code, "%s: its file system does not support leases", what);
}

/* While a lease is being broken, F_GETLEASE returns the type that it will have. */
bool lease_is_recalled(int descriptor)
{
	return fcntl(descriptor, F_GETLEASE) != F_RDLCK;
}
