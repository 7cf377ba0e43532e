#include "support/replay.hpp"

TEST_CASE("the corpus of texts is compared without harm") { CHECK(touchstone::test::replay("diff") >= 3); }
