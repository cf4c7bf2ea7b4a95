package dev.wwts.convert.tflite;

import java.util.List;
import java.util.stream.Stream;

/**
 * One step of a network, checked: its tensors are known by their numbers in the file and have the
 * shapes that the step needs and gives. The first dimension of pictures is always 1.
 */
sealed interface Operation {
  /** The tensors that it takes. */
  List<Integer> inputs();

  /** The tensor that it gives. */
  int output();

  /** Gives itself to the method for its kind. */
  <T> T accept(Visitor<T> visitor);

  /** Does something for each kind of step. */
  interface Visitor<T> {
    T convolution(Convolution it);

    T depthwise(Depthwise it);

    T fullyConnected(FullyConnected it);

    T arithmetic(Arithmetic it);

    T concatenation(Concatenation it);

    T activate(Activate it);

    T mean(Mean it);

    T pad(Pad it);

    T averagePool(AveragePool it);

    T maxPool(MaxPool it);

    T reshape(Reshape it);

    T softmax(Softmax it);
  }

  /** A step that takes one tensor. */
  sealed interface Unary extends Operation {
    int input();

    @Override
    default List<Integer> inputs() {
      return List.of(input());
    }
  }

  /** A step of a window that goes over a picture. */
  sealed interface Windowed extends Unary {
    Window rows();

    Window columns();
  }

  /** A step with weights. */
  sealed interface Weighted extends Unary {
    Weights weights();

    Activation activation();
  }

  /**
   * A convolution; weights are O x kH x kW x I, where I may be a whole part of the input's channels
   * (groups).
   */
  record Convolution(
      int input, int output, Weights weights, Window rows, Window columns, Activation activation)
      implements Weighted, Windowed {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.convolution(this);
    }
  }

  /** A convolution of each channel for itself; weights are 1 x kH x kW x O. */
  record Depthwise(
      int input, int output, Weights weights, Window rows, Window columns, Activation activation)
      implements Weighted, Windowed {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.depthwise(this);
    }
  }

  /** A linear layer of all that a picture has; weights are O x I. */
  record FullyConnected(int input, int output, Weights weights, Activation activation)
      implements Weighted {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.fullyConnected(this);
    }
  }

  /** Two tensors' values, each with its partner. */
  record Arithmetic(Kind kind, Operand left, Operand right, int output, Activation activation)
      implements Operation {
    /** What becomes of two values. */
    enum Kind {
      ADD,
      SUB,
      MUL;

      float of(float left, float right) {
        return switch (this) {
          case ADD -> left + right;
          case SUB -> left - right;
          case MUL -> left * right;
        };
      }
    }

    @Override
    public List<Integer> inputs() {
      return Stream.of(left, right).filter(it -> !it.isConstant()).map(Operand::tensor).toList();
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.arithmetic(this);
    }
  }

  /** The channels of several tensors, one after the other. */
  record Concatenation(List<Integer> inputs, int output, Activation activation)
      implements Operation {
    /** Copies the list. */
    public Concatenation {
      inputs = List.copyOf(inputs);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.concatenation(this);
    }
  }

  /** Each value by itself. */
  record Activate(int input, int output, Activation activation) implements Unary {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.activate(this);
    }
  }

  /** The mean over height and width. */
  record Mean(int input, int output) implements Unary {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.mean(this);
    }
  }

  /** Zeros around a picture. */
  record Pad(int input, int output, int top, int bottom, int left, int right) implements Unary {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.pad(this);
    }
  }

  /** Means of windows; what lies beyond the borders does not count. */
  record AveragePool(int input, int output, Window rows, Window columns, Activation activation)
      implements Windowed {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.averagePool(this);
    }
  }

  /** The largest values of windows; what lies beyond the borders does not count. */
  record MaxPool(int input, int output, Window rows, Window columns, Activation activation)
      implements Windowed {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.maxPool(this);
    }
  }

  /** The same values in another shape. */
  record Reshape(int input, int output) implements Unary {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.reshape(this);
    }
  }

  /** The softmax over N x C. */
  record Softmax(int input, int output) implements Unary {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.softmax(this);
    }
  }
}
