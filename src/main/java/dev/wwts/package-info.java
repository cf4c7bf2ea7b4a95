/**
 * Recognition of everything, with Chinese labels, from a model in one file (TorchScript, or
 * compiled by AOTInductor): {@link dev.wwts.Recognizer} is the way in. Native libraries are loaded
 * at the first model: JavaCPP unpacks LibTorch and OpenCV into its cache ({@code ~/.javacpp/cache})
 * once, later starts load them from there.
 *
 * <pre>{@code
 * try (Recognizer recognizer = Recognizer.builder(Path.of("models/default.pt")).topK(3).load()) {
 *   Answer.Recognized answer = recognizer.answer(Picture.of(Path.of("cat.jpg")));
 *   answer.results().forEach(it -> System.out.println(it.label() + " " + it.confidence()));
 * }
 * }</pre>
 */
@NullMarked
package dev.wwts;

import org.jspecify.annotations.NullMarked;
