/* SPDX-License-Identifier: MIT */
#include "lease.h"

#include <errno.h>
#include <fcntl.h>

int lease_take(int descriptor)
{
	return fcntl(descriptor, F_SETLEASE, F_RDLCK) < 0 ? -errno : 0;
}

/* While it is being broken F_GETLEASE tells what it is to become. */
bool lease_is_recalled(int descriptor)
{
	return fcntl(descriptor, F_GETLEASE) != F_RDLCK;
}
