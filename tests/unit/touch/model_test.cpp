// Random touches under tiny limits, held against a model of what is owed: every touched name is handed out after its last touch, under
// the path that it then has, or lies in the scope of a sweep.
#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

#include "touchstone/bytes.hpp"
#include "unit/touch/drive.hpp"

using namespace drive;

namespace {

bool below(const std::string& path, const std::string& directory) { return path != directory && is_within(path, directory); }

std::string carried(const std::string& path, const std::string& from, const std::string& to) {
    return below(path, from) ? to + path.substr(from.size()) : path;
}

class Model {
public:
    explicit Model(unsigned seed) : random_(seed), set_(kTimes, limits()) {}

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            now_ += pick(4) == 0 ? pick(700) : pick(15);
            switch (pick(10)) {
                case 0: rename_directory_somewhere(); break;
                case 1:
                case 2: rename_file(); break;
                case 3:
                case 4: take(); break;
                case 5: give_back(); break;
                case 6: sweep(); break;
                default: touch_file(); break;
            }
        }
        drain();
    }

private:
    struct Debt {
        int last = 0;       // number of the last touch
        bool swept = false; // it found no room: a sweep will do
    };
    struct Out {
        TouchSet::Taken taken;
        std::map<std::string, int> names;  // under the path each has now, and the number of the step that took it
        bool overtaken = false;
    };

    static TouchSetLimits limits() { return {.names = 6, .gaps = 2, .actors = 2, .group = 4}; }

    int pick(int below_this) { return std::uniform_int_distribution<int>(0, below_this - 1)(random_); }
    std::string directory() { return std::string("/") + "pqr"[pick(3)] + (pick(3) == 0 ? "/s" : ""); }
    std::string file() { return directory() + "/" + "abc"[pick(3)]; }

    // Puts a touch; those of its names that found no room may be answered by a sweep.
    void put(const Touch& touch, const std::vector<std::string>& names) {
        const auto before = set_.counters().overflows;
        set_.touch(touch);
        const bool overflowed = set_.counters().overflows != before;
        ++step_;
        for (const auto& name : names) {
            auto& debt = owed_[name];
            debt.last = step_;
            debt.swept |= overflowed;
        }
    }

    void touch_file() {
        constexpr Act kActs[] = {Act::created, Act::modified, Act::closed, Act::attributes, Act::deleted, Act::moved_in, Act::look, Act::changing};
        const auto path = file();
        put(touch(kActs[pick(8)], path, now_), {path});
    }

    void rename_file() {
        const auto from = file();
        const auto to = file();
        if (from != to) put(rename(from, to, now_), {from, to});
    }

    void rename_directory_somewhere() {
        const auto from = directory();
        const auto to = directory();
        if (is_within(from, to) || is_within(to, from)) return;
        std::map<std::string, Debt> moved;
        for (const auto& [path, debt] : owed_) {
            auto& entry = moved[carried(path, from, to)];
            entry.last = std::max(entry.last, debt.last);
            entry.swept |= debt.swept;
        }
        owed_ = std::move(moved);
        for (auto& out : out_) {
            std::map<std::string, int> names;
            for (const auto& [path, step] : out.names) {
                out.overtaken |= below(path, from);
                names.emplace(carried(path, from, to), step);
            }
            out.names = std::move(names);
        }
        put(rename_directory(from, to, now_), {from, to});
    }

    void take() {
        auto taken = set_.take(ms(now_));
        if (!taken) return;
        Out out{std::move(*taken), {}, false};
        CHECK(out.taken.pending.names.size() <= limits().group);
        for (const auto& name : out.taken.pending.names) {
            INFO(name.path);
            CHECK(out.names.emplace(name.path, step_).second);
            for (const auto& other : out_) check_apart(name.path, other);
        }
        out_.push_back(std::move(out));
    }

    // Nothing is out twice, nor below a directory whose rename is out.
    void check_apart(const std::string& path, const Out& other) {
        CHECK((other.overtaken || other.names.count(path) == 0));
        for (const auto& rename : other.taken.pending.renames)
            if (rename.directory && !other.overtaken) CHECK_FALSE((below(path, rename.from) || below(path, rename.to)));
    }

    void give_back() {
        if (out_.empty()) return;
        const auto at = out_.begin() + pick(static_cast<int>(out_.size()));
        const auto token = at->taken.token;
        CHECK(set_.overtaken(token) == at->overtaken);
        if (at->overtaken || (!draining_ && pick(4) == 0)) {
            set_.again(token, ms(now_));
        } else {
            settle(*at);
            set_.done(token, ms(now_));
        }
        out_.erase(at);
    }

    void settle(const Out& out) {
        for (const auto& [path, step] : out.names) {
            const auto debt = owed_.find(path);
            if (debt != owed_.end() && debt->second.last <= step) owed_.erase(debt);
        }
        // Who judges a directory's rename sweeps what it brought along.
        for (const auto& rename : out.taken.pending.renames)
            if (rename.directory) forgive(rename.to);
    }

    void forgive(const std::string& scope) {
        std::erase_if(owed_, [&](const auto& debt) { return debt.second.swept && (scope.empty() || is_within(debt.first, scope)); });
    }

    void sweep() {
        if (const auto work = set_.take_sweep()) forgive(work->sweep.scope);
        CHECK(set_.counters().gaps <= limits().gaps + 1);
    }

    void drain() {
        draining_ = true;
        while (!out_.empty()) give_back();
        for (int rounds = 0; set_.counters().waiting > 0 || set_.counters().gaps > 0; ++rounds) {
            REQUIRE(rounds < 1000);
            const auto ready = set_.next_ready();
            CHECK((ready.has_value() || set_.counters().waiting == 0));
            now_ += 5000;
            if (ready) CHECK(*ready <= ms(now_));
            take();
            while (!out_.empty()) give_back();
            sweep();
        }
        for (const auto& [path, debt] : owed_) FAIL_CHECK(path << " was touched and never handed out, swept: " << debt.swept);
        CHECK(set_.counters().looked_at == 0);
        CHECK_FALSE(set_.next_ready());
    }

    std::mt19937 random_;
    TouchSet set_;
    std::int64_t now_ = 1000;
    int step_ = 0;
    bool draining_ = false;
    std::map<std::string, Debt> owed_;
    std::vector<Out> out_;
};

}  // namespace

TEST_CASE("whatever happens, every touched name is handed out or swept") {
    for (unsigned seed = 0; seed < 400; ++seed) {
        INFO("seed " << seed);
        Model(seed).run(200);
    }
}
