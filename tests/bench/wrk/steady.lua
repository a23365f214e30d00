-- SPDX-License-Identifier: MIT
-- For wrk: each connection pauses before each request.
function delay()
  return 10 -- milliseconds
end
