#include "stated.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "content_digest.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

class Held {
public:
    template <class T>
    void against(const char* attribute, const std::optional<T>& should, const T& is, const char* format = "{}") {
        if (should) enter(attribute, *should == is, attribute, [&] { return fmt::format(fmt::runtime(format), is); }, [&] { return fmt::format(fmt::runtime(format), *should); });
    }
    template <class Is, class Should>
    void enter(const std::string& covers, bool same, const std::string& attribute, const Is& is, const Should& should) {
        if (same) {
            comparison.covers.push_back(covers);
        } else if (comparison.differs.empty()) {
            comparison.differs = fmt::format("{} is {}, not {}", attribute, is(), should());
        }
    }
    Comparison comparison;
};

void hold_xattrs(const Stated& stated, const Attributes& now, Held& held) {
    for (const auto& [name, should] : stated.xattrs) {
        const auto at = now.xattrs.find(name);
        const auto shown = [](const std::string& value) { return value.empty() ? std::string("none") : to_hex(value); };
        const auto is = at == now.xattrs.end() ? std::string() : at->second;
        held.enter("xattr." + name, is == should, "xattr." + name, [&] { return shown(is); }, [shown, &wanted = should] { return shown(wanted); });
    }
}

Held hold_all_but_content(const Stated& stated, const Attributes& now) {
    Held held;
    if (stated.type)
        held.enter("type", *stated.type == now.type, "type", [&] { return name_of(now.type); }, [&] { return name_of(*stated.type); });
    held.against("mode", stated.mode, now.mode, "{:04o}");
    held.against("uid", stated.uid, now.uid);
    held.against("gid", stated.gid, now.gid);
    if (stated.link_count == now.link_count) held.comparison.covers.push_back("link_count");
    held.against("rdev", stated.rdev, now.rdev);
    if (stated.link_target)
        held.enter("link_target", *stated.link_target == now.link_target, "link target", [&] { return now.link_target; }, [&] { return *stated.link_target; });
    hold_xattrs(stated, now, held);
    return held;
}

// nullopt: it changed meanwhile.
Result<std::optional<std::string>> digest_now(const Stated::Content& stated, const Question& question, const Attributes& now) {
    if (!now.digest.empty() && stated.algorithm == config_name(question.digest)) return now.digest;
    if (!question.read) return std::optional<std::string>();
    auto digest = ContentDigest::make(stated.algorithm);
    if (!digest) return fail(digest.error());
    if (auto read = question.read([&](std::string_view piece) { digest->update(piece); }); !read) {
        if (read.error().code == EBUSY) return std::optional<std::string>();
        return fail(read.error());
    }
    return digest->finish();
}

}  // namespace

Result<std::optional<Comparison>> compare(const Stated& stated, const Question& question) {
    const auto* now = question.now.attributes();
    if (now == nullptr) return std::optional<Comparison>();
    auto held = hold_all_but_content(stated, *now);
    auto& comparison = held.comparison;
    if (now->type != FileType::regular || !stated.content) return comparison;
    if (stated.size && *stated.size != now->size) {
        comparison.content_differs = fmt::format("size is {}, not {}", now->size, *stated.size);
        return comparison;
    }
    const auto is = digest_now(*stated.content, question, *now);
    if (!is) return fail(is.error());
    if (!*is) return std::optional<Comparison>();
    if (**is == stated.content->digest)
        comparison.covers.insert(comparison.covers.begin(), "content");
    else
        comparison.content_differs = fmt::format("{} of the content is {}, not {}", stated.content->algorithm, to_hex(**is), to_hex(stated.content->digest));
    return comparison;
}

std::string covered_text(const std::vector<std::string>& covers) {
    std::vector<std::string> words;
    for (const auto& each : covers) {
        auto word = each == "uid" || each == "gid" ? std::string("owner") : each;
        std::replace(word.begin(), word.end(), '_', ' ');
        if (each != "type" && std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
    }
    if (words.empty()) return "type";
    std::string text = words.front();
    for (std::size_t i = 1; i < words.size(); ++i) text += (i + 1 == words.size() ? " and " : ", ") + words[i];
    return text;
}

}  // namespace touchstone
