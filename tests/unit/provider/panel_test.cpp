// What a panel, and an inquiry, do when a source of truth or what is known cannot be read.
#include "touchstone/panel.hpp"

#include "asking.hpp"
#include "support/scratch_directory.hpp"
#include "touchstone/inquiry.hpp"

namespace touchstone {
namespace {

using test::ScratchDirectory;

constexpr auto kStatus = "Package: stone\nArchitecture: all\nVersion: 1\nStatus: install ok installed\n\n";

// What a panel says of its health: "+NAME" well again, "-NAME" failing.
struct Health {
    std::vector<std::string> heard;
    Panel::OnHealth listener() {
        return [this](const std::string& name, const Error* error) { heard.push_back((error != nullptr ? "-" : "+") + name); };
    }
};

// A disk that fails cannot be had when it is wanted.
class Known final : public KnownReader {
public:
    Result<std::optional<Observation>> find(const std::string& path) override {
        if (broken) return fail(Error{"read the state: it is damaged", ErrorKind::corrupt, 0});
        static_cast<void>(path);
        return std::optional<Observation>();
    }
    Status children(const std::string&, const std::function<bool(const Glance&)>&) override { return {}; }
    Result<std::optional<std::string>> next_directory(const std::string&, const std::string&) override { return std::optional<std::string>(); }
    Result<std::vector<std::string>> paths_of(ObjectId) override { return std::vector<std::string>(); }
    bool broken = false;
};

TEST_CASE("panel: a transaction that cannot be read is a failing of its provider, until it can") {
    const ScratchDirectory root;
    std::filesystem::create_directories(root / "var/lib/dpkg");
    test::put_content(root / "var/lib/dpkg/status", kStatus);
    ProviderSettings settings;
    settings.dpkg.root = root.path();
    settings.rpm.enabled = settings.ostree.enabled = false;
    Health health;
    Panel panel(settings, root / "state", health.listener());
    panel.version(test::later());  // opens it
    CHECK_FALSE(panel.transaction("dpkg", "dpkg-1-1"));
    CHECK(health.heard.empty());
    test::put_content(root / "var/lib/dpkg/status", "damaged\n");
    CHECK_FALSE(panel.transaction("dpkg", "dpkg-1-1"));
    CHECK_FALSE(panel.transaction("dpkg", "dpkg-1-1"));
    CHECK(health.heard == std::vector<std::string>{"-dpkg"});
    CHECK(panel.refusals("dpkg", 0).empty());
    test::put_content(root / "var/lib/dpkg/status", kStatus);
    CHECK_FALSE(panel.transaction("dpkg", "dpkg-1-1"));
    CHECK(health.heard == std::vector<std::string>{"-dpkg"});  // what was refused is still not known
    CHECK(panel.refusals("dpkg", 0).empty());
    CHECK(health.heard == std::vector<std::string>{"-dpkg", "+dpkg"});
}

TEST_CASE("panel: a provider that could not be opened is well again when it can be, asked or not") {
    const ScratchDirectory directory;
    const auto config = directory / "config.ign";
    test::put_content(config, "{");
    ProviderSettings settings;
    settings.dpkg.enabled = settings.rpm.enabled = settings.ostree.enabled = settings.selinux.enabled = false;
    settings.ignition.configs = {config};
    Health health;
    Panel panel(settings, directory / "state", health.listener());
    const auto now = test::later();
    panel.version(now);
    panel.version(now + Panel::kRetryAfter);
    CHECK(health.heard == std::vector<std::string>{"-ignition"});
    test::put_content(config, R"({"ignition": {"version": "3.2.0"}})");
    panel.version(now + 2 * Panel::kRetryAfter);
    CHECK(health.heard == std::vector<std::string>{"-ignition", "+ignition"});
}

TEST_CASE("inquiry: where what is known cannot be read nothing is vouched for, and it is said") {
    const ScratchDirectory directory;
    test::put_content(directory / "file", "as configured");
    test::put_content(directory / "config.ign", R"({"ignition": {"version": "3.2.0"}, "storage": {"files": [{"path": ")" + directory / "file" +
                                                    R"(", "contents": {"source": "data:,as%20configured"}}]}})");
    ProviderSettings settings;
    settings.dpkg.enabled = settings.rpm.enabled = settings.ostree.enabled = false;
    settings.ignition.configs = {directory / "config.ign"};
    Health health;
    Panel panel(settings, directory / "state", health.listener());
    auto observer = Observer::make(DigestAlgorithm::sha256);
    REQUIRE(observer);
    const auto now = observer->look(directory / "file", {}, test::later());
    Known known;
    const auto claims = [&] { return inquire(panel, &known, now, nullptr, DigestAlgorithm::sha256).size(); };
    CHECK(claims() == 1);
    known.broken = true;
    CHECK(claims() == 0);
    CHECK(claims() == 0);
    CHECK(health.heard == std::vector<std::string>{std::string("-") + Panel::kKnown});
    known.broken = false;
    CHECK(claims() == 1);
    CHECK(health.heard.back() == std::string("+") + Panel::kKnown);
}

}  // namespace
}  // namespace touchstone
