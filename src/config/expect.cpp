// [[expect]]: from a table to an Expectation.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "build.hpp"
#include "nearest.hpp"
#include "paths.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::config {
namespace {

constexpr std::size_t kMostExpectations = 1'000;
constexpr std::array<std::string_view, 8> kExpectKeys{"name", "path", "attributes", "executable", "sha256", "package", "unit", "user"};
const std::vector<std::string_view> kAttributeWords{"type", "mode", "uid", "gid", "content", "link_target", "link_count", "rdev", "project_id", "inode_flags", "xattr.*"};

class ExpectReader {
public:
    ExpectReader(const SourceRef& source, const Node& table, Draft& draft)
        : source_(source), table_(table), draft_(draft), prefix_(fmt::format("expect[{}]", draft.loaded.config.providers.expectations.size())) {}

    void read() {
        for (const auto& node : table_.members) read_key(node);
        if (made_.path.empty() && table_.member("path") == nullptr)
            draft_.problems.add({source_, table_.value}, "an expectation without a path", "add path = \"/...\" below it");
        if (made_.executable.empty() && made_.unit.empty() && table_.member("executable") == nullptr && table_.member("unit") == nullptr)
            draft_.problems.add({source_, table_.value}, "an expectation without a writer", "add executable = \"/...\" or unit = \"NAME.service\": nothing is expected of just anybody");
        if (made_.executable.empty() && !(made_.sha256.empty() && made_.package.empty()))
            draft_.problems.add({source_, table_.value}, "a digest or package, and no executable that is to have it", "add executable = \"/...\"");
        if (made_.name.empty()) made_.name = made_.path;
        draft_.loaded.config.providers.expectations.push_back(std::move(made_));
    }

private:
    void read_key(const Node& node) {
        const std::string& key = node.name;
        if (key == "attributes") return read_attributes(node);
        const auto known = std::find(kExpectKeys.begin(), kExpectKeys.end(), key);
        if (known == kExpectKeys.end())
            return draft_.problems.add({source_, node.key}, fmt::format("unknown key `{}` in [[expect]]", printable(key)), suggestion(key, {kExpectKeys.begin(), kExpectKeys.end()}));
        if (node.kind != Node::Kind::text) return problem(node, fmt::format("{} is {}", key, name_of(node.kind)), "a string in quotes");
        if (node.text.empty() || printable(node.text) != node.text) return problem(node, fmt::format("{} is empty, or has control characters", key), "a value");
        draft_.set_place(prefix_ + '.' + key, {source_, node.value});
        if (key == "path") return read_path(node);
        if (key == "executable") return read_executable(node);
        if (key == "sha256") return read_digest(node);
        (key == "name" ? made_.name : key == "package" ? made_.package : key == "unit" ? made_.unit : made_.user) = node.text;
    }

    void read_path(const Node& node) {
        auto fault = fault_of_path(node.text);
        if (!fault) fault = fault_of_glob(node.text, true);
        if (fault) return problem(node, fault->what, fault->right);
        made_.path = normalised(node.text);
    }

    void read_executable(const Node& node) {
        if (const auto fault = fault_of_path(node.text)) return problem(node, fault->what, fault->right);
        made_.executable = normalised(node.text);
    }

    void read_digest(const Node& node) {
        const auto bytes = from_hex(node.text);
        if (!bytes || bytes->size() != 32) return problem(node, "this is no SHA-256 digest", "64 hexadecimal digits, as sha256sum prints them");
        made_.sha256 = to_hex(*bytes);
    }

    void read_attributes(const Node& node) {
        constexpr auto kForm = "a list of words in quotes, like [\"content\", \"mode\"]";
        if (node.kind != Node::Kind::array) return problem(node, fmt::format("attributes is {}", name_of(node.kind)), kForm);
        for (const auto& item : node.items) {
            const bool known = item.kind == Node::Kind::text && (item.text.starts_with("xattr.") || std::find(kAttributeWords.begin(), kAttributeWords.end(), item.text) != kAttributeWords.end());
            if (!known) return problem(item, "unknown attribute", item.kind == Node::Kind::text ? suggestion(item.text, kAttributeWords) : kForm);
            made_.attributes.push_back(item.text);
        }
        draft_.set_place(prefix_ + ".attributes", {source_, node.value});
    }

    void problem(const Node& node, std::string what, std::string right) { draft_.problems.add({source_, node.value}, std::move(what), std::move(right)); }

    const SourceRef& source_;
    const Node& table_;
    Draft& draft_;
    std::string prefix_;
    Expectation made_;
};

}  // namespace

std::span<const std::string_view> keys_of_expectation() { return kExpectKeys; }

void add_expectations(const SourceRef& source, const Node& node, Draft& draft) {
    const bool tables = node.kind == Node::Kind::array &&
                        std::all_of(node.items.begin(), node.items.end(), [](const Node& item) { return item.kind == Node::Kind::table; });
    if (!tables) return draft.problems.add({source, node.key}, "`expect` is a list of tables", "write [[expect]], in double brackets, for each");
    for (const auto& table : node.items) {
        if (draft.loaded.config.providers.expectations.size() == kMostExpectations)
            return draft.problems.add({source, table.value}, "too many expectations", fmt::format("at most {}; a path may hold globs", kMostExpectations));
        ExpectReader(source, table, draft).read();
    }
}

}  // namespace touchstone::config
