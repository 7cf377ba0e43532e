#include "support/replay.hpp"

TEST_CASE("the corpus of states and baselines is read without harm") { CHECK(touchstone::test::replay("state") >= 5); }
