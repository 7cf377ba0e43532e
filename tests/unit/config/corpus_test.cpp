#include "support/replay.hpp"

TEST_CASE("the fuzz corpus is handled") { CHECK(touchstone::test::replay("config") >= 10); }
