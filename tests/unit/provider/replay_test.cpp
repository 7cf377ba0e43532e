#include "support/replay.hpp"

TEST_CASE("the corpus of configurations, signatures and capabilities is read without harm") { CHECK(touchstone::test::replay("provider") >= 12); }
