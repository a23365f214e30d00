-- SPDX-License-Identifier: MIT
-- For wrk: orders in JSON, each of another customer than the one before.
local number = 0

function request()
  number = number + 1
  local body = string.format('{"id":%d,"customer":"customer-%d","items":[{"sku":"tea","count":2,"cents":450},' ..
    '{"sku":"cup","count":1,"cents":990}]}', number % 2000, number % 50)
  return wrk.format("POST", "/orders?source=web", { ["Content-Type"] = "application/json" }, body)
end
