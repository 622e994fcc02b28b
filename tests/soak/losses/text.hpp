// Losses in words, all options with all of their digits.
#pragma once

#include <crisp/crisp.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace soak {

class Text {
 public:
  template <typename T>
  static Text of(const std::string& loss, T /*scalar*/) {
    return Text(loss + (sizeof(T) == 4 ? "<float>" : "<double>"));
  }

  template <typename Value>
  Text& with(const char* name, const Value& value) {
    std::ostringstream stream;
    stream.precision(17);
    print(stream, value);
    fields_ += (fields_.empty() ? "" : ", ") + std::string(name) + "=" + stream.str();
    return *this;
  }

  std::string str() const { return loss_ + "(" + fields_ + ")"; }

 private:
  explicit Text(std::string loss) : loss_(std::move(loss)) {}

  template <typename Value>
  static void print(std::ostream& stream, const Value& value) {
    if constexpr (std::is_enum_v<Value>) {
      stream << "#" << static_cast<int>(value);
    } else {
      stream << value;
    }
  }
  static void print(std::ostream& stream, const std::vector<double>& values) {
    stream << "[";
    for (std::size_t i = 0; i < values.size(); ++i) stream << (i > 0 ? ", " : "") << values[i];
    stream << "]";
  }
  static void print(std::ostream& stream, const Eigen::ArrayXXd& kernel) {
    stream << "[";
    for (Eigen::Index i = 0; i < kernel.rows(); ++i) {
      for (Eigen::Index j = 0; j < kernel.cols(); ++j)
        stream << kernel(i, j) << (j + 1 < kernel.cols() ? " " : "; ");
    }
    stream << "]";
  }

  std::string loss_;
  std::string fields_;
};

}  // namespace soak
